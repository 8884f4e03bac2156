/** What one judge, or the panel of them, said of one thing about an answer, and why there is nothing where that is so. */
import { Schema } from "effect"
import type { RolloutFailure } from "../../../../src/domain/Rollout.ts"
import type { WildBenchPair, WildBenchScore, WildBenchVerdict } from "../../../../src/domain/WildBench.ts"
import { choiceScores } from "../../wildbench/lengthPenalty.ts"
import { scoredAnswer } from "../../wildbench/WbScore.ts"

export const TaskJudgment = Schema.Struct({
  /** `panel`: what the judges of a checklist come to. */
  judge: Schema.String,
  /** Of an item of the checklist, of the whole answer, or beside another assistant's answer in one of two orders. */
  what: Schema.Literal("item", "score", "comparison"),
  /** The item in its words, or the assistant compared with and the order. */
  name: Schema.String,
  /** Of an item; null is missing. */
  passed: Schema.NullOr(Schema.Boolean),
  /** A score from 1 to 10, or a preference from 1 (this answer is much better) to -1; null is missing. */
  value: Schema.NullOr(Schema.Number),
  reason: Schema.NullOr(Schema.String),
  /** Why it is missing, or at the floor. */
  failure: Schema.NullOr(Schema.String),
  /** The journal's key of the call. */
  key: Schema.NullOr(Schema.String),
})
export type TaskJudgment = typeof TaskJudgment.Type

/** The panel's on each item, then each judge's. */
export const itemJudgments = (row: WildBenchVerdict, judges: ReadonlyArray<string>): ReadonlyArray<TaskJudgment> => {
  const lost = failureText(row.failure)
  return [
    ...row.checklist.map((name, i) => {
      const passed = row.satisfied[i] ?? null
      return { ...item, judge: "panel", name, passed, failure: lost ?? (passed === null ? "no majority" : null) }
    }),
    ...row.judges.flatMap(({ satisfied, reasons, failure, keys }, judge) =>
      row.checklist.map((name, i) => ({
        ...item,
        judge: judges[judge] ?? "",
        name,
        passed: satisfied[i] ?? null,
        reason: reasons?.[i] || null,
        failure: (satisfied[i] ?? null) === null ? failure : null,
        key: keys[0] ?? null,
      })),
    ),
  ]
}

export const scoreJudgment = (row: WildBenchScore, judge: string): TaskJudgment => ({
  judge,
  what: "score",
  name: "score from 1 to 10",
  passed: null,
  value: scoredAnswer(row).score,
  reason: row.verdict?.reason || null,
  failure: failureText(row.failure) ?? row.verdict?.failure ?? null,
  key: row.verdict?.key ?? null,
})

/** One for each order; `failure` is the answer's own. */
export const comparisons = (
  { verdict }: WildBenchPair,
  judge: string,
  reference: string,
  failure: RolloutFailure | null,
): ReadonlyArray<TaskJudgment> => {
  const known = { judge, what: "comparison" as const, passed: null }
  const name = `compared with ${reference}`
  if (verdict === null) {
    const missing = failureText(failure) ?? `${reference} has no answer`
    return [{ ...known, name, value: null, reason: null, failure: missing, key: null }]
  }
  return verdict.orders.map((order, i) => ({
    ...known,
    name: `${name}, order ${i + 1}`,
    value: order.choice === null ? null : choiceScores[order.choice],
    reason: order.reason || null,
    failure: order.failure,
    key: order.key,
  }))
}

const item = { what: "item" as const, value: null, reason: null, key: null }

/** As the browser of transcripts words it. */
const failureText = (failure: RolloutFailure | null) => (failure === null ? null : `${failure.by}: ${failure.reason}`)
