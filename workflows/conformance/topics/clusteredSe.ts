import { Schema } from "effect"
import { clusteredMean } from "../../../layers/evaluation/statistics/ClusteredMean.ts"
import type { ClusteredMean } from "../../../layers/evaluation/statistics/ClusteredMean.ts"
import { clusterMeans, clusterTotals } from "../../../layers/evaluation/statistics/clusters.ts"
import { mean } from "../../../layers/evaluation/statistics/moments.ts"
import type { Interval } from "../../../layers/evaluation/statistics/moments.ts"
import { signFlip } from "../../../layers/evaluation/statistics/SignFlip.ts"
import { signedRank } from "../../../layers/evaluation/statistics/SignedRank.ts"
import { signTest } from "../../../layers/evaluation/statistics/SignTest.ts"
import { tTest } from "../../../layers/evaluation/statistics/TTest.ts"
import { tally, winRate } from "../../../layers/evaluation/statistics/WinRate.ts"
import { difference, topic } from "../Topic.ts"
import { observations } from "./bootstrap.ts"

const Input = Schema.Struct({ participants: Schema.Array(Schema.Array(Schema.Number)) })

/** Intervals and tests of wins, ties and losses by participant. */
export const clusteredSeTopic = topic(Input, ({ participants }, expected) => {
  const given = observations(participants)
  const values = participants.flat()
  const [corrected, uncorrected] = [true, false].map((corrected) => clusteredMean(given, { corrected }))
  const means = tTest(clusterMeans(given, 0), { against: 0.5 })
  const actual = {
    n_outcomes: values.length,
    n_participants: participants.length,
    mean: mean(values),
    wald: wald(values),
    clustered_ols: corrected ? { corrected: inTheirNames(corrected), uncorrected: inTheirNames(uncorrected) } : null,
    sign_flip_exact_on_sums: exactFlip(clusterTotals(given, 0.5)),
    sign_flip_exact_on_means: exactFlip(clusterMeans(given, 0.5)),
    wilcoxon_on_sums: ranked(clusterTotals(given, 0.5)),
    sign_test_no_ties: signs(values),
    t_test_on_participant_means: means && {
      mean_of_means: means.mean,
      t: means.t,
      df: means.degreesOfFreedom,
      pvalue: means.pValue,
      ci95: bounds(means),
    },
  }
  return difference(actual, expected, 1e-9)
})

const bounds = ({ low, high }: Interval) => [low, high]

const wald = (values: ReadonlyArray<number>) => {
  const found = winRate(tally(values))
  return (
    found && {
      n: found.n,
      wins: found.wins,
      ties: found.ties,
      losses: found.losses,
      win_rate: found.winRate,
      standard_error: found.standardError,
      ci95: bounds(found),
      ci95_half_width: found.halfWidth,
    }
  )
}

const inTheirNames = (found: ClusteredMean | null | undefined) =>
  found && {
    se: found.standardError,
    ci95_normal: bounds(found.normal),
    ci95_t: bounds(found.t),
    df_t: found.degreesOfFreedom,
    p_vs_half_normal: found.pNormal,
  }

/** The source goes through all patterns for at most 12 participants. */
const exactFlip = (differences: ReadonlyArray<number>) => {
  const found = differences.length > 12 ? null : signFlip(differences)
  return found && { statistic: found.statistic, pvalue: found.pValue, arrangements: found.patterns }
}

const ranked = (differences: ReadonlyArray<number>) => {
  const of = (zeros: "wilcox" | "pratt") => {
    const { statistic, pValue } = signedRank(differences, { zeros })
    return { statistic, pvalue: pValue }
  }
  return { wilcox_normal: of("wilcox"), pratt_normal: of("pratt") }
}

const signs = (values: ReadonlyArray<number>) => {
  const found = signTest(tally(values))
  return (
    found && {
      wins: found.wins,
      losses: found.losses,
      pvalue: found.pValue,
      ci95_exact: bounds(found.exact),
      ci95_wilson: bounds(found.wilson),
    }
  )
}
