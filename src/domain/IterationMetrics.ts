/** What is measured of a GRPO iteration beside its rewards: for people who watch a run, and for those who look back. */
import { Schema } from "effect"

const record = Schema.Record({ key: Schema.String, value: Schema.Number })

/**
 * Of one optimizer step, before it. `klSampleTrain` compares the policy now with the one that sampled, over trained
 * tokens, in nats: v1 is the mean of log p(sampled) - log p(now), v2 the mean of half its square. `weights` are the
 * importance weights p(now) / p(sampled). `gradientNorm` is there where the server tells it.
 */
export const UpdateMetrics = Schema.Struct({
  tokens: Schema.Int,
  klSampleTrain: Schema.Struct({ v1: Schema.Number, v2: Schema.Number }),
  weights: Schema.Struct({ mean: Schema.Number, low: Schema.Number, high: Schema.Number }),
  /** Of the trained tokens: those that clipping took the gradient from. */
  clipShare: Schema.Number,
  gradientNorm: Schema.optional(Schema.Number),
})
export type UpdateMetrics = typeof UpdateMetrics.Type

/** What calls of one role came to. Without `dollars` where a price is unknown. */
export const RoleUsage = Schema.Struct({
  promptTokens: Schema.Int,
  completionTokens: Schema.Int,
  dollars: Schema.optional(Schema.Number),
})
export type RoleUsage = typeof RoleUsage.Type

export const IterationMetrics = Schema.Struct({
  /** Mean rewards over rollouts with a verdict: as each judge scored, and by persona. */
  rewardByJudge: record,
  rewardByPersona: record,
  /** Mean reward of each assistant turn, where turns have rewards of their own. */
  rewardByTurn: Schema.Array(Schema.Number),
  /** Of rollouts: assistant turns, and sampled tokens of a turn and of a whole rollout. */
  lengths: Schema.Struct({
    turns: Schema.Number,
    turnTokens: Schema.Number,
    rolloutTokens: Schema.Number,
    longestRollout: Schema.Int,
  }),
  /** Mean -log p of the sampled tokens, in nats: an estimate of the policy's entropy. */
  entropy: Schema.Number,
  /** Groups by what became of them. `drawn` counts all; `constant` have equal rewards, `filtered` were out of bounds. */
  groups: Schema.Struct({ drawn: Schema.Int, constant: Schema.Int, filtered: Schema.Int, trained: Schema.Int }),
  /** Draws of prompts: more than one where groups were not informative. */
  rounds: Schema.Int,
  /** Iterations by which the policy that sampled was behind; absent where it was not. */
  staleness: Schema.optional(Schema.Int),
  /** One for each optimizer step, in order. */
  updates: Schema.Array(UpdateMetrics),
  /** Tokens of the rollouts that are known as tokens: written by each side, and read by the trainer. */
  tokens: Schema.Struct({ assistant: Schema.Int, simulator: Schema.Int, trainer: Schema.Int }),
  /**
   * By role, of the calls that the iteration used: each once, also those that the journal answered, at what they cost
   * when they were made.
   */
  usage: Schema.optional(Schema.Record({ key: Schema.String, value: RoleUsage })),
})
export type IterationMetrics = typeof IterationMetrics.Type
