/** The lines that programs answer with, and what they mean. */
import { Effect, Schema } from "effect"
import { InvalidOutput } from "../../src/domain/LlmError.ts"
import type { CommandReward } from "./Reward.ts"

const scored = {
  reward: Schema.Finite,
  measures: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Finite })),
}
const failureBy = <By extends "assistant" | "infrastructure">(...by: readonly [By, ...ReadonlyArray<By>]) => ({
  failure: Schema.Struct({ by: Schema.Literal(...by), reason: Schema.String }),
})

/** What is kept: a score, or that the assistant failed. What the infrastructure failed is asked again. */
export const Score = Schema.Union(Schema.Struct(scored), Schema.Struct(failureBy("assistant")))
export type Score = typeof Score.Type

/** What a program may write. `id`, where it is given, is that of the line it answers. */
const id = Schema.optional(Schema.String)
const Answer = Schema.Union(
  Schema.Struct({ id, ...scored }),
  Schema.Struct({ id, ...failureBy("assistant", "infrastructure") }),
)
export type Answer = typeof Answer.Type

/** Where an answer came from, for errors. */
interface Where {
  readonly endpoint: string
  readonly model: string
  readonly key: string
}

export const decodeAnswer =
  (where: Where) =>
  (line: string): Effect.Effect<Answer, InvalidOutput> =>
    Effect.filterOrElse(
      Effect.mapError(Schema.decodeUnknown(Schema.parseJson(Answer))(line), ({ message }) => message),
      ({ id }) => id === undefined || id === where.key,
      ({ id }) => Effect.fail(`it answers ${id}, and ${where.key} was asked`),
    ).pipe(Effect.mapError((detail) => InvalidOutput.make({ ...where, text: line, detail: `not a score: ${detail}` })))

/** What the line means: a score that is kept, or a failure that is asked again when the step is. */
export const scoreOf = (said: Answer, { range }: CommandReward, where: Where): Effect.Effect<Score, InvalidOutput> => {
  if ("failure" in said) {
    const { by, reason } = said.failure
    return by === "assistant"
      ? Effect.succeed({ failure: { by, reason } })
      : InvalidOutput.make({ ...where, detail: reason })
  }
  const { reward, measures } = said
  return reward >= range.low && reward <= range.high
    ? Effect.succeed({ reward, measures })
    : InvalidOutput.make({
        ...where,
        detail: `the reward ${reward} is outside of ${range.low} to ${range.high}, the reward's \`range\``,
      })
}
