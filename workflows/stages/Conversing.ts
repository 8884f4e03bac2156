/** How conversations are held in training, in evaluation and for data: the settings that stages share. */
import { Schema } from "effect"
import { Guardrails, paperGuardrails } from "../../layers/generation/Guardrails.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const Conversing = Schema.Struct({
  /** Assistant turns in a conversation, at most. */
  turns: positive,
  /** Tokens of one turn, for either side. One number for both keeps the shapes few that a server compiles. */
  maxTokens: positive,
  /** Tokens of the assistant's turns, where they differ from the user's. */
  assistantTokens: Schema.optional(positive),
  /** Tokens of the whole conversation, at most; a longer one ends and scores the floor. */
  conversationTokens: Schema.optional(positive),
  /** Of the simulated user. */
  userTemperature: Schema.optionalWith(Schema.NonNegative, { default: () => 0.7 }),
  userTopP: Schema.optional(Schema.Number.pipe(Schema.between(0.01, 1))),
  /** Of the assistant. A policy in training is always sampled at 1: its importance ratios need it. */
  temperature: Schema.optionalWith(Schema.NonNegative, { default: () => 1 }),
  /** A system line for the assistant; the paper uses none. */
  system: Schema.optional(Schema.String),
  /** Openings longer than this many characters are left out. */
  maxOpening: Schema.optionalWith(positive, { default: () => 2000 }),
  /**
   * `limit`: users may not leave. One that wants to is drawn again, and a conversation whose user insists ends as
   * `guardrail-exhausted`.
   */
  ends: Schema.optionalWith(Schema.Literal("user", "limit"), { default: () => "user" as const }),
  /** Whether what a user writes beside the end marker is a last message, or only noted. */
  closing: Schema.optionalWith(Schema.Literal("kept", "dropped"), { default: () => "dropped" as const }),
  guardrails: Schema.optionalWith(Guardrails, { default: () => Guardrails.make({}) }),
})
export type Conversing = typeof Conversing.Type

/** What is wrong between settings that fit each by itself. */
export const conversingProblem = ({ turns, ends, guardrails }: Conversing): string | undefined =>
  ends === "user" && guardrails.minTurns > turns
    ? `conversing.guardrails.minTurns is ${guardrails.minTurns} and conversing.turns ${turns}: no user could ever leave. Lower minTurns, or say ends: "limit".`
    : undefined

/** Short turns for a 135M model on a CPU. */
export const embeddedConversing: typeof Conversing.Encoded = {
  turns: 2,
  maxTokens: 32,
  userTemperature: 0.8,
  system: "Answer in one short sentence.",
  maxOpening: 120,
}

/** The paper's conversations (paper 1.3, 1.5): five assistant turns of 2,048 tokens, 16,384 in all. */
export const paperConversing: typeof Conversing.Encoded = {
  turns: 5,
  maxTokens: 1024,
  assistantTokens: 2048,
  conversationTokens: 16_384,
  userTemperature: 0.7,
  userTopP: 0.9,
  maxOpening: 8192,
  guardrails: paperGuardrails,
}

/** Prompts whose opening fits. */
export const usable = (prompts: ReadonlyArray<Conversation>, { maxOpening }: Conversing) =>
  prompts.filter(({ messages }) => (messages[0]?.content.length ?? 0) <= maxOpening)

export const userSampling = ({ maxTokens, userTemperature, userTopP }: Conversing) => ({
  maxTokens,
  temperature: userTemperature,
  topP: userTopP,
})

export const assistantSampling = ({ maxTokens, assistantTokens, temperature, system }: Conversing) => ({
  maxTokens: assistantTokens ?? maxTokens,
  temperature,
  system,
})
