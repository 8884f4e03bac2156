/** What fidelity is computed from: one record for each conversation, so that every number leads to its data. */
import { Schema } from "effect"
import { Ending, Message } from "../../../src/domain/Conversation.ts"
import { RolloutFailure, Turn } from "../../../src/domain/Rollout.ts"

const SurpriseSum = Schema.Struct({
  /** Nats of the tokens of the user's words. */
  words: Schema.Number,
  /** Nats of the tokens that end the turns, one for each turn. */
  ends: Schema.Number,
})

/** A conversation's user turns as a model expected them, told the intent and not told it: the same turns both times. */
export const UserScore = Schema.Struct({
  conversation: Schema.String,
  turns: Schema.Int,
  /** Turns at the end that didn't fit. */
  cut: Schema.Int,
  tokens: Schema.Int,
  bytes: Schema.Int,
  withIntent: Schema.NullOr(SurpriseSum),
  withoutIntent: SurpriseSum,
})
export type UserScore = typeof UserScore.Type

/** The user's side of one conversation. */
export const Talk = Schema.Struct({
  prompt: Schema.String,
  sample: Schema.Int,
  human: Schema.Boolean,
  /** From the opening on. `overlap` with the intent is in [0, 1]; null where the turn has no word that counts. */
  turns: Schema.Array(Schema.Struct({ words: Schema.Int, overlap: Schema.NullOr(Schema.Number) })),
  /** User turns that were answered; for people, all of them. */
  taken: Schema.Int,
  /** Null for people. */
  ending: Schema.NullOr(Ending),
})
export type Talk = typeof Talk.Type

/** What a simulator wrote in the place of one real user turn, after the real conversation before it. */
export const ReplayedPlace = Schema.Struct({
  /** User turns, the opening being 1. */
  position: Schema.Int,
  /** Null where the real user said nothing more. */
  human: Schema.NullOr(Schema.String),
  /** Null where there is no answer, and where it left. */
  simulated: Schema.NullOr(Schema.String),
  /** Whether it left; null where there is no answer: `failure` says why, or guardrails refused every draw. */
  ended: Schema.NullOr(Schema.Boolean),
  /** What it wrote beside the end marker. */
  closing: Schema.NullOr(Schema.String),
  turn: Schema.NullOr(Turn),
  refusals: Schema.Array(Schema.Struct({ reason: Schema.String, count: Schema.Int })),
  failure: Schema.NullOr(RolloutFailure),
  /** Journal keys of all draws. */
  calls: Schema.Array(Schema.String),
})
export type ReplayedPlace = typeof ReplayedPlace.Type

/** A real conversation with a simulator in the place of its user. */
export const ReplayRow = Schema.Struct({
  conversation: Schema.String,
  user: Schema.String,
  persona: Schema.String,
  /** What was really said, up to the last place that was asked. */
  messages: Schema.optional(Schema.Array(Message)),
  places: Schema.Array(ReplayedPlace),
  /** The position where the real user said nothing more; null where the log or the limit of places ends before it. */
  end: Schema.NullOr(Schema.Int),
})
export type ReplayRow = typeof ReplayRow.Type
