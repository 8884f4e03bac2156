/** How intents are written, and what counts as one. */
import { Schema } from "effect"
import { fewShotIntentPrompt, IntentPrompt, plainIntentPrompt } from "./IntentPrompt.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const IntentRecipe = Schema.Struct({
  prompt: IntentPrompt,
  temperature: Schema.optionalWith(Schema.NonNegative, { default: () => 0.7 }),
  /** For models behind an endpoint; models in tokens are sampled from their whole distribution. */
  topP: Schema.optionalWith(Schema.Number.pipe(Schema.greaterThan(0), Schema.lessThanOrEqualTo(1)), {
    default: () => 0.9,
  }),
  /** Of one answer, thoughts included. */
  maxTokens: Schema.optionalWith(positive, { default: () => 4096 }),
  /** Characters of one assistant turn that are shown; null for all. */
  assistantCharacters: Schema.optionalWith(Schema.NullOr(positive), { default: () => 2048 }),
  /** Characters of a conversation that are shown; null for all. Default 60,000: about 15,000 tokens. */
  maxCharacters: Schema.optionalWith(Schema.NullOr(positive), { default: () => 60_000 }),
  /** Consecutive words that an intent may have in common with a user turn, at most. */
  maxCopied: Schema.optionalWith(positive, { default: () => 8 }),
  /** Words of an intent, the required ones included, at most. */
  maxWords: Schema.optionalWith(positive, { default: () => 60 }),
  /** Draws for one conversation, each under a seed of its own, before it is left out. */
  draws: Schema.optionalWith(positive, { default: () => 4 }),
})
export type IntentRecipe = typeof IntentRecipe.Type

/**
 * As the paper's public repository does it: long assistant turns are cut. The limit on the whole is ours, and so is that
 * on an answer (theirs is 16,384 tokens, which a model that doesn't think aloud never gets near).
 */
export const labIntents: typeof IntentRecipe.Encoded = { prompt: fewShotIntentPrompt }

/**
 * As the paper's later release: a model that thinks aloud, and nothing is cut. A conversation that overflows the context
 * is shortened then.
 */
export const relIntents: typeof IntentRecipe.Encoded = {
  prompt: fewShotIntentPrompt,
  maxTokens: 16_384,
  assistantCharacters: null,
  maxCharacters: null,
}

/**
 * For a 135M model on a CPU: a short prompt, the required words put into its mouth, one sentence. About half of what it
 * writes says something of the conversation.
 */
export const embeddedIntents: typeof IntentRecipe.Encoded = {
  prompt: plainIntentPrompt,
  maxTokens: 32,
  maxCharacters: 600,
}
