/** What a rollout is rewarded for, as data in an experiment. Rewards are in [0, 1]. */
import { Schema } from "effect"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Check } from "./Checklist.ts"

const weight = Schema.NonNegative

/**
 * Verifiable checks on the assistant's replies, less penalties for what such checks invite: echoing the user, repeating
 * oneself, and words that the initial model finds unlikely. It measures checklist satisfaction, not quality.
 */
export const ChecklistReward = Schema.TaggedStruct("ChecklistReward", {
  /** Asked of every rollout. */
  checks: Schema.Array(Check),
  /** Whether the checklist of the prompt's own conversation is asked too. */
  own: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Of the share of copied words and of repeated words. */
  copying: Schema.optionalWith(weight, { default: () => 0.5 }),
  repetition: Schema.optionalWith(weight, { default: () => 0.5 }),
  /** Of the share of the reply's content words that are the user's own, above `above`, full where all of them are. */
  echo: Schema.optionalWith(Schema.Struct({ above: Schema.Number.pipe(Schema.between(0, 0.99)), weight }), {
    default: () => ({ above: 0.5, weight: 0.5 }),
  }),
  /** Of the distance below `floor` (nats per token under the initial model), full at one nat below. */
  fluency: Schema.optionalWith(Schema.Struct({ floor: Schema.Number, weight }), {
    default: () => ({ floor: -3.5, weight: 0.5 }),
  }),
})
export type ChecklistReward = typeof ChecklistReward.Type

/** Graded from 0 to 10 by each judge on the rubric, then averaged and divided by 10 (paper 1.4). */
export const RubricReward = Schema.TaggedStruct("RubricReward", {
  judges: Schema.NonEmptyArray(ModelSpec),
  rubric: Schema.optionalWith(Schema.NonEmptyString, {
    default: () => "alignment with what the user wants, usefulness, and clarity",
  }),
})
export type RubricReward = typeof RubricReward.Type

export const Reward = Schema.Union(ChecklistReward, RubricReward)
export type Reward = typeof Reward.Type
