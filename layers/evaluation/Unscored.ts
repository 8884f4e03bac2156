/** A judgment for which a score is missing: data of a rollout, with what every judge came to that was asked. */
import { Effect, Schema } from "effect"
import type { ErrorKind, LlmError } from "../../src/domain/LlmError.ts"
import { JudgeScore } from "../../src/domain/Rollout.ts"
import type { Verdict } from "../../src/domain/Rollout.ts"

/** `reason` is that of the rollout's failure, as it is counted. */
export class Unscored extends Schema.TaggedError<Unscored>()("Unscored", {
  reason: Schema.String,
  judges: Schema.Array(JudgeScore),
}) {
  readonly kind: ErrorKind = "data"
  override get message() {
    return `There is no verdict: ${this.reason}`
  }
}

/** A verdict with what every rubric judge behind it came to. */
export interface Judgment extends Verdict {
  readonly judges?: ReadonlyArray<JudgeScore> | undefined
}

export type JudgeError = LlmError | Unscored

/** For want of the scores that are missing among these. */
export const unscoredBy = (judges: ReadonlyArray<JudgeScore>): Unscored => {
  const missing = judges.flatMap(({ judge, failure }) => (failure === null ? [] : [`judge ${judge}: ${failure}`]))
  return Unscored.make({ reason: together(missing), judges })
}

/** All judgments, or `Unscored` where one is missing: every judge is asked all the same, and none is forgotten. */
export const judgeAll = Effect.fnUntraced(function* <R>(
  judgments: ReadonlyArray<Effect.Effect<Judgment, JudgeError, R>>,
) {
  const all = yield* Effect.forEach(judgments, orUnscored, { concurrency: "unbounded" })
  const judges = all.flatMap((one) => one.judges ?? [])
  const reasons = all.flatMap((one) => (one instanceof Unscored ? [one.reason] : []))
  if (reasons.length > 0) return yield* Unscored.make({ reason: together(reasons), judges })
  return { verdicts: all.flatMap((one) => (one instanceof Unscored ? [] : [one])), judges }
})

/** `Unscored` and all other data failures as a value; what is no data goes on failing. */
export const orUnscored = <A, R>(judgment: Effect.Effect<A, JudgeError, R>): Effect.Effect<A | Unscored, LlmError, R> =>
  judgment.pipe(
    Effect.catchTag("Unscored", (error) => Effect.succeed(error)),
    Effect.catchIf(
      ({ kind }) => kind === "data",
      ({ _tag }) => Effect.succeed(Unscored.make({ reason: `judge: ${_tag}`, judges: [] })),
    ),
  )

/** Each once. */
const together = (reasons: ReadonlyArray<string>) => [...new Set(reasons)].join("; ")
