/** One simulated conversation with what became of it: a line of a transcripts artifact. */
import { Schema } from "effect"
import { Ending, Message } from "./Conversation.ts"

/**
 * One criterion's outcome. `reason` says why it failed, or what was found. `passed` is null where nobody could tell: a
 * judge that failed, a forward sample that the infrastructure failed.
 */
export const CheckResult = Schema.Struct({
  check: Schema.String,
  passed: Schema.NullOr(Schema.Boolean),
  reason: Schema.String,
})
export type CheckResult = typeof CheckResult.Type

/** What a reward was made of: a judge, a part of a mix, a metric, a forward sample, a turn. */
export interface Part {
  readonly name: string
  readonly weight: number
  /** null where there is none: `failure` says why. */
  readonly reward: number | null
  readonly failure?: string | undefined
  /** Journal keys of the calls behind a forward sample's messages. */
  readonly calls?: ReadonlyArray<string> | undefined
  readonly parts?: ReadonlyArray<Part> | undefined
}
export const Part: Schema.Schema<Part> = Schema.Struct({
  name: Schema.String,
  weight: Schema.Number,
  reward: Schema.NullOr(Schema.Number),
  failure: Schema.optional(Schema.String),
  calls: Schema.optional(Schema.Array(Schema.String)),
  parts: Schema.optional(Schema.Array(Schema.suspend(() => Part))),
})

/** What a model that grades by a rubric came to when it was asked. */
export const JudgeScore = Schema.Struct({
  /** Name and revision. */
  judge: Schema.String,
  /** From 0 to 10; null where it gave no usable one: `failure` says why. */
  score: Schema.NullOr(Schema.Number),
  failure: Schema.NullOr(Schema.String),
  /** SHA-256 of the words that it was asked with. */
  prompt: Schema.String,
})
export type JudgeScore = typeof JudgeScore.Type

/**
 * What a judge says of a rollout. `reward` is in [0, 1] but for mixes, whose weights decide. `measures` are the numbers
 * behind it by name: checklist, copying, repetition, fluency (nats per token under the initial model) ...
 */
export const Verdict = Schema.Struct({
  reward: Schema.Number,
  checks: Schema.Array(CheckResult),
  measures: Schema.Record({ key: Schema.String, value: Schema.Number }),
  /** The reward of each assistant turn, where turns were judged one by one. */
  turns: Schema.optional(Schema.Array(Schema.Number)),
  /** What the reward was made of, where it is a sum or a mean of several. */
  parts: Schema.optional(Schema.Array(Part)),
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

/**
 * Where a message came from. `model` is the identity that the journal keys calls by, `key` leads to the call; both are
 * null for what was not generated (a real opening). `attempts` counts the draws that guardrails refused before. Tokens
 * and their log-probabilities (nats, untempered) are there where the model was reached in tokens.
 */
export const Turn = Schema.Struct({
  model: Schema.NullOr(Schema.String),
  key: Schema.NullOr(Schema.String),
  seed: Schema.NullOr(Schema.Int),
  attempts: Schema.Int,
  finish: Schema.optional(Schema.Literal("stop", "length")),
  tokens: Schema.optional(Schema.Array(Schema.Int)),
  logprobs: Schema.optional(Schema.Array(Schema.Number)),
})
export type Turn = typeof Turn.Type

/** Draws of a simulated user's turn that a guardrail refused. `turn` counts user turns from 0, the opening. */
export const Refusal = Schema.Struct({ turn: Schema.Int, reason: Schema.String, count: Schema.Int })
export type Refusal = typeof Refusal.Type

export const Rollout = Schema.Struct({
  /** The corpus conversation whose opening and intent were used. */
  prompt: Schema.String,
  sample: Schema.Int,
  /** Name of the persona that the simulated user had. */
  persona: Schema.String,
  /** From the opening on; an even count unless the rollout failed. The assistant's system line is not among them. */
  messages: Schema.Array(Message),
  /** One for each message. */
  turns: Schema.Array(Turn),
  ending: Ending,
  /** What the user wrote beside the end marker, where it left with words; not among the messages unless kept there. */
  closing: Schema.NullOr(Schema.String),
  refusals: Schema.Array(Refusal),
  /** Absent when the infrastructure failed: missing, never zero. */
  verdict: Schema.NullOr(Verdict),
  failure: Schema.NullOr(RolloutFailure),
  /** Of every rubric judge that was asked, each time; there too where the verdict is missing. */
  judges: Schema.optional(Schema.Array(JudgeScore)),
  /** Journal keys of the calls behind the messages, in order. */
  calls: Schema.Array(Schema.String),
})
export type Rollout = typeof Rollout.Type
