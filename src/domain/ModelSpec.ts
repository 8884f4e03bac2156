/** Which model, as an experiment names it. Endpoints, keys and prices are environment and live in the config. */
import { Schema } from "effect"

/**
 * - `embedded`: the small model that ships with the trainer.
 * - `openai`: a chat or completion model on an OpenAI-compatible endpoint.
 * - `trainable`: a base model that a Tinker endpoint can train and sample.
 *
 * `revision` is the dated name or weights revision that makes the name an identity. Where it is unknown, calls are
 * scoped to the run and never shared (contract 1).
 */
export const ModelSpec = Schema.Struct({
  provider: Schema.Literal("embedded", "openai", "trainable"),
  name: Schema.NonEmptyString,
  revision: Schema.optional(Schema.NonEmptyString),
})
export type ModelSpec = typeof ModelSpec.Type

/** Name and revision, as transcripts name who spoke. */
export const modelIdentity = ({ name, revision }: ModelSpec): string =>
  revision === undefined ? name : `${name}@${revision}`

/** What the model was called for. Tokens and money are accumulated by role. */
export const Role = Schema.Literal("assistant", "simulator", "judge", "intent", "trainer")
export type Role = typeof Role.Type

/** Tokens of one call, as the endpoint counted them. */
export const Usage = Schema.Struct({ promptTokens: Schema.NonNegativeInt, completionTokens: Schema.NonNegativeInt })
export type Usage = typeof Usage.Type

/** Dollars for a million tokens, as dated in the config. */
export const Price = Schema.Struct({
  prompt: Schema.NonNegative,
  completion: Schema.NonNegative,
  asOf: Schema.NonEmptyString,
})
export type Price = typeof Price.Type

/** Money in whole micro-dollars, rounded up, so that sums are exact and never below the bill. */
export const costMicros = (usage: Usage, price: Price): number =>
  Math.ceil(usage.promptTokens * price.prompt + usage.completionTokens * price.completion)
