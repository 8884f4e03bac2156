/** What fidelity is computed from: one record for each conversation, so that every number leads to its data. */
import { Schema } from "effect"
import { Ending } from "../../../src/domain/Conversation.ts"

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
