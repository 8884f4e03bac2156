/** One simulated conversation with what became of it: a line of a transcripts artifact. */
import { Schema } from "effect"
import { Ending, Message } from "./Conversation.ts"

/** One criterion's outcome. `reason` says why it failed, or what was found. */
export const CheckResult = Schema.Struct({ check: Schema.String, passed: Schema.Boolean, reason: Schema.String })
export type CheckResult = typeof CheckResult.Type

/**
 * What a judge says of a rollout. `reward` is in [0, 1]. `measures` are the numbers behind it by name: checklist,
 * copying, repetition, fluency (nats per token under the initial model) ...
 */
export const Verdict = Schema.Struct({
  reward: Schema.Number,
  checks: Schema.Array(CheckResult),
  measures: Schema.Record({ key: Schema.String, value: Schema.Number }),
})
export type Verdict = typeof Verdict.Type

/**
 * Why a rollout has no verdict, or the floor. What the infrastructure caused is missing; what the assistant caused
 * scores the floor (contract 3).
 */
export const RolloutFailure = Schema.Struct({
  by: Schema.Literal("infrastructure", "assistant"),
  reason: Schema.String,
})
export type RolloutFailure = typeof RolloutFailure.Type

export const Rollout = Schema.Struct({
  /** The corpus conversation whose opening and intent were used. */
  prompt: Schema.String,
  sample: Schema.Int,
  /** From the opening on; an even count unless the rollout failed. The assistant's system line is not among them. */
  messages: Schema.Array(Message),
  ending: Ending,
  /** Absent when the infrastructure failed: missing, never zero. */
  verdict: Schema.NullOr(Verdict),
  failure: Schema.NullOr(RolloutFailure),
  /** Journal keys of the calls behind the messages, in order. */
  calls: Schema.Array(Schema.String),
})
export type Rollout = typeof Rollout.Type
