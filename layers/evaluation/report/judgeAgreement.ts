/**
 * How far the judges of a rubric reward agree on the conversations of the matrix: Krippendorff's alpha (interval) of all,
 * and for each two their rank correlation and how much milder one is. Undefined with fewer than two judges.
 */
import { meanOrNull } from "../realism/meanOrNull.ts"
import { spearman } from "../statistics/correlation.ts"
import { krippendorffAlpha } from "../statistics/krippendorffAlpha.ts"
import type { JudgeAgreement } from "./ReportData.ts"
import type { ReportInputs } from "./ReportInputs.ts"

export const judgeAgreement = ({ matrix }: ReportInputs): JudgeAgreement | undefined => {
  const verdicts = matrix.flatMap(({ rollouts }) => rollouts.map(({ verdict }) => verdict?.measures ?? {}))
  const judges = [...new Set(verdicts.flatMap(Object.keys))].filter((name) => name.startsWith(prefix)).sort()
  if (judges.length < 2) return undefined
  const scores = judges.map((judge) => verdicts.map((measures) => measures[judge] ?? null))
  const given = scores.map(present)
  const both = (a: number, b: number) =>
    verdicts.flatMap((_, i) => {
      const [one, other] = [scores[a]?.[i] ?? null, scores[b]?.[i] ?? null]
      return one === null || other === null ? [] : [[one, other] as const]
    })
  return {
    alpha: krippendorffAlpha(scores, "interval"),
    judges: judges.map((judge, i) => {
      const own = given[i] ?? []
      return { judge: nameOf(judge), scores: own.length, missing: verdicts.length - own.length, mean: meanOrNull(own) }
    }),
    pairs: judges.flatMap((first, a) =>
      judges.slice(a + 1).map((second, offset) => {
        const pairs = both(a, a + 1 + offset)
        const [ones, others] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
        return {
          first: nameOf(first),
          second: nameOf(second),
          conversations: pairs.length,
          difference: meanOrNull(pairs.map(([one, other]) => one - other)),
          spearman: spearman(ones, others)?.r ?? null,
        }
      }),
    ),
  }
}

/** As rubric verdicts name the scores of their judges. */
const prefix = "score of "
const nameOf = (measure: string) => measure.slice(prefix.length)

const present = (values: ReadonlyArray<number | null>) => values.flatMap((value) => (value === null ? [] : [value]))
