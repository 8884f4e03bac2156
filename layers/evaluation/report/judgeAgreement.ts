/**
 * What the judges of a rubric reward came to on the conversations of the matrix, and how far they agree: Krippendorff's
 * alpha (interval) of all, and for each two their rank correlation and how much milder one is. Undefined where no judge
 * was asked.
 */
import { Array } from "effect"
import type { JudgeScore } from "../../../src/domain/Rollout.ts"
import { meanOrNull } from "../realism/meanOrNull.ts"
import { spearman } from "../statistics/correlation.ts"
import { krippendorffAlpha } from "../statistics/krippendorffAlpha.ts"
import type { JudgeAgreement } from "./ReportData.ts"
import type { ReportInputs, ReportRollout } from "./ReportInputs.ts"

export const judgeAgreement = ({ matrix }: ReportInputs): JudgeAgreement | undefined => {
  const asked = matrix.flatMap(({ rollouts }) => rollouts.map(scoresOf))
  const judges = [...new Set(asked.flat().map(({ judge }) => judge))].sort()
  if (judges.length === 0) return undefined
  // Judges are compared where they were asked the same of the same conversation.
  const items = asked.flatMap((all) => Object.values(Array.groupBy(all, ({ prompt }) => prompt)))
  const scores = judges.map((judge) => items.map((item) => meanOrNull(given(item, judge))))
  return {
    alpha: krippendorffAlpha(scores, "interval"),
    judges: judges.map((judge) => {
      const own = asked.flat().filter((one) => one.judge === judge)
      const found = given(own, judge)
      return {
        judge,
        scores: found.length,
        missing: own.length - found.length,
        mean: meanOrNull(found),
        failures: failuresOf(own),
      }
    }),
    pairs: judges.flatMap((first, a) =>
      judges.slice(a + 1).map((second, offset) => {
        const pairs = Array.zip(scores[a] ?? [], scores[a + 1 + offset] ?? []).flatMap(([one, other]) =>
          one === null || other === null ? [] : [[one, other] as const],
        )
        const [ones, others] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)]
        return {
          first,
          second,
          conversations: pairs.length,
          difference: meanOrNull(pairs.map(([one, other]) => one - other)),
          spearman: spearman(ones, others)?.r ?? null,
        }
      }),
    ),
    prompts: promptsOf(asked.flat()),
  }
}

const given = (scores: ReadonlyArray<JudgeScore>, judge: string) =>
  scores.flatMap((one) => (one.judge === judge && one.score !== null ? [one.score] : []))

/** Most frequent first. */
const failuresOf = (scores: ReadonlyArray<JudgeScore>) =>
  Object.entries(Array.groupBy(scores, ({ failure }) => failure ?? ""))
    .flatMap(([reason, { length: count }]) => (reason === "" ? [] : [{ reason, count }]))
    .sort((a, b) => b.count - a.count)

const promptsOf = (scores: ReadonlyArray<JudgeScore>) =>
  Object.entries(Array.groupBy(scores, ({ prompt }) => prompt)).flatMap(([sha256, asked]) =>
    sha256 === unknown ? [] : [{ sha256, judges: Array.dedupe(asked.map(({ judge }) => judge)) }],
  )

/** Rollouts that don't have them apart say in the measures of their verdict what each judge gave that scored. */
const scoresOf = ({ judges, verdict }: ReportRollout): ReadonlyArray<JudgeScore> =>
  judges ??
  Object.entries(verdict?.measures ?? {}).flatMap(([name, score]) =>
    name.startsWith(prefix) ? [{ judge: name.slice(prefix.length), score, failure: null, prompt: unknown }] : [],
  )

/** As rubric verdicts name the scores of their judges. */
const prefix = "score of "
const unknown = ""
