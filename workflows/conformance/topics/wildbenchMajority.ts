import { Either, Schema } from "effect"
import { pythonRound } from "../../../layers/evaluation/pythonRound.ts"
import { winRate } from "../../../layers/evaluation/statistics/WinRate.ts"
import type { Tally } from "../../../layers/evaluation/statistics/WinRate.ts"
import { satisfaction } from "../../../layers/evaluation/wildbench/JudgedSession.ts"
import type { JudgedSession } from "../../../layers/evaluation/wildbench/JudgedSession.ts"
import { labMajority, relMajority } from "../../../layers/evaluation/wildbench/majority.ts"
import type { MajoritySession } from "../../../layers/evaluation/wildbench/majority.ts"
import { labPairwise, relPairwise } from "../../../layers/evaluation/wildbench/pairwise.ts"
import type { Pairwise } from "../../../layers/evaluation/wildbench/pairwise.ts"
import { parseVerdicts } from "../../../layers/evaluation/wildbench/parseVerdicts.ts"
import type { ChecklistRules } from "../../../layers/evaluation/wildbench/parseVerdicts.ts"
import { difference, topic } from "../Topic.ts"

const Session = Schema.Struct({
  session_id: Schema.String,
  primary_tag: Schema.NullOr(Schema.String),
  checklist: Schema.Array(Schema.String),
  model_output: Schema.optional(Schema.NullOr(Schema.String)),
  judge_failed: Schema.Boolean,
  checklist_results: Schema.NullOr(Schema.Array(Schema.Struct({ item: Schema.Unknown, satisfied: Schema.Unknown }))),
})
const Sessions = Schema.Array(Session)
const Parse = Schema.Struct({ op: Schema.Literal("parse"), text: Schema.String, n_items: Schema.Int })
const Majority = Schema.Struct({ op: Schema.Literal("majority"), judges: Schema.Array(Sessions) })
const Compare = Schema.Struct({ op: Schema.Literal("pairwise"), model1: Sessions, model2: Sessions })
const Tallied = Schema.Struct({
  op: Schema.Literal("pairwise_statistics"),
  wins: Schema.Int,
  ties: Schema.Int,
  losses: Schema.Int,
})
const Rates = Schema.Struct({ op: Schema.Literal("satisfaction_statistics"), rates: Schema.Array(Schema.Number) })

/** Checklist verdicts, their majority, satisfaction and pairwise results, by the rules of both code bases. */
export const wildbenchMajorityTopic = topic(Schema.Union(Parse, Majority, Compare, Tallied, Rates), (input, expected) =>
  difference(outcome(input), withoutMessages(expected), 1e-12),
)

const outcome = (
  input: typeof Parse.Type | typeof Majority.Type | typeof Compare.Type | typeof Tallied.Type | typeof Rates.Type,
) => {
  switch (input.op) {
    case "parse":
      return { lab: parsed(input, "lab"), rel: parsed(input, "rel") }
    case "majority": {
      const judges = input.judges.map((sessions) => sessions.map(session))
      return { lab: lab(judges), rel: Either.match(relMajority(judges), { onLeft: refused, onRight: rel }) }
    }
    case "pairwise": {
      const [first, second] = [input.model1.map(session), input.model2.map(session)]
      const found = relPairwise(first, second)
      return {
        lab: labComparison(labPairwise(first, second)),
        rel: Either.match(found, { onLeft: refused, onRight: relComparison }),
      }
    }
    case "pairwise_statistics":
      return { statistics: wald(input) }
    case "satisfaction_statistics":
      return { statistics: inTheirNames(satisfaction(input.rates)) }
  }
}

/** How a refusal is worded is the product's own matter; that a crash of the source is a rejection is the topic's. */
const withoutMessages = (expected: unknown): unknown => {
  if (typeof expected !== "object" || expected === null || Array.isArray(expected)) return expected
  return Object.fromEntries(
    Object.entries(expected).flatMap(([key, value]) => {
      if (key === "message" && "error" in expected) return []
      if (key === "error") return [["refused", true]]
      return [[key, key === "status" && value === "exception" ? "rejected" : withoutMessages(value)]]
    }),
  )
}

const refused = () => ({ refused: true })

const parsed = ({ text, n_items }: typeof Parse.Type, rules: ChecklistRules) => {
  const items = parseVerdicts(text, n_items, rules)
  return items === null ? { status: "rejected" } : { status: "parsed", items }
}

const session = (given: typeof Session.Type): JudgedSession => ({
  sessionId: given.session_id,
  primaryTag: given.primary_tag,
  checklist: given.checklist,
  output: given.model_output,
  failed: given.judge_failed,
  results: given.checklist_results,
})

const lab = (judges: ReadonlyArray<ReadonlyArray<JudgedSession>>) => {
  const found = labMajority(judges)
  return {
    summary: {
      n_tasks: found.tasks,
      avg_satisfaction_rate: found.averageRate,
      global_satisfaction_rate: found.globalRate,
      total_checklist_items: found.items,
      total_satisfied: found.satisfied,
      judge_failures: found.failures,
      category_satisfaction_rates: found.categoryRates,
    },
    sessions: found.sessions.map(voted),
  }
}

const rel = (found: Either.Either.Right<ReturnType<typeof relMajority>>) => ({
  satisfaction: inTheirNames(found.satisfaction),
  sessions: found.sessions.map(voted),
})

const voted = ({ sessionId, failed, verdicts, rate }: MajoritySession) => ({
  session_id: sessionId,
  failed,
  verdicts,
  satisfaction_rate: rate,
})

const inTheirNames = (found: ReturnType<typeof satisfaction>) =>
  found && { n: found.n, mean: found.mean, standard_error: found.standardError }

const wald = (counts: Tally) => {
  const found = winRate(counts)
  return (
    found && {
      n: found.n,
      wins: found.wins,
      ties: found.ties,
      losses: found.losses,
      win_rate: found.winRate,
      standard_error: found.standardError,
      ci95: [found.low, found.high],
      ci95_half_width: found.halfWidth,
    }
  )
}

/** In percent with two digits, as the sources round. */
const percent = (count: number, n: number) => (n === 0 ? 0 : pythonRound((count / n) * 100, 2))

const comparison = ({ wins, ties, losses, common, failed }: Pairwise) => {
  const n = wins + ties + losses
  return {
    n_common_sessions: common,
    n_tasks_evaluated: n,
    n_failed: failed,
    wins_model1: wins,
    ties,
    losses_model1: losses,
    tie_rate: percent(ties, n),
    loss_rate_model1: percent(losses, n),
    adjusted_win_rate_model1: percent(wins + 0.5 * ties, n),
  }
}

const byTag = (found: Pairwise, won: (counts: Tally) => number) =>
  Object.fromEntries(
    Object.entries(found.byTag).map(([tag, counts]) => {
      const n = counts.wins + counts.ties + counts.losses
      return [tag, { ...counts, n, win_rate: percent(won(counts), n) }]
    }),
  )

const labComparison = (found: Pairwise) => ({
  ...comparison(found),
  win_rate_model1: percent(found.wins, found.wins + found.ties + found.losses),
  category_stats: byTag(found, ({ wins }) => wins),
  outcomes: found.outcomes,
})

const relComparison = (found: Pairwise) => ({
  ...comparison(found),
  win_rate_model1: comparison(found).adjusted_win_rate_model1,
  strict_win_rate_model1: percent(found.wins, found.wins + found.ties + found.losses),
  tie_accounted_statistics: wald(found),
  category_stats: byTag(found, ({ wins, ties }) => wins + 0.5 * ties),
})
