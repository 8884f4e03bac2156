/** How conversations are held in training and in evaluation: the settings that stages share. */
import { Schema } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const Conversing = Schema.Struct({
  /** Assistant turns in a conversation, at most. */
  turns: positive,
  /** Tokens of one turn, for either side. One number for both keeps the shapes few that a server compiles. */
  maxTokens: positive,
  /** Of the simulated user. */
  userTemperature: Schema.optionalWith(Schema.NonNegative, { default: () => 0.7 }),
  /** Of the assistant. A policy in training is always sampled at 1: its importance ratios need it. */
  temperature: Schema.optionalWith(Schema.NonNegative, { default: () => 1 }),
  /** A system line for the assistant; the paper uses none. */
  system: Schema.optional(Schema.String),
  /** Openings longer than this many characters are left out. */
  maxOpening: Schema.optionalWith(positive, { default: () => 2000 }),
})
export type Conversing = typeof Conversing.Type

/** Short turns for a 135M model on a CPU. */
export const embeddedConversing: typeof Conversing.Encoded = {
  turns: 2,
  maxTokens: 32,
  userTemperature: 0.8,
  system: "Answer in one short sentence.",
  maxOpening: 120,
}

/** Prompts whose opening fits. */
export const usable = (prompts: ReadonlyArray<Conversation>, { maxOpening }: Conversing) =>
  prompts.filter(({ messages }) => (messages[0]?.content.length ?? 0) <= maxOpening)
