/** A model spoken to in tokens: what a policy in training, a fine-tuned simulator and their base have in common. */
import type { Effect } from "effect"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { ChatTemplate } from "./ChatTemplate.ts"
import type { Tokenizer } from "./Tokenizer.ts"

export interface TokenModel {
  readonly spec: ModelSpec
  /** The hash of the model's whole history: base, adapter and every training request (contract 2). */
  readonly identity: string
  readonly tokenizer: Tokenizer
  readonly template: ChatTemplate
  readonly sample: (request: TokenRequest) => Effect.Effect<TokenSample, LlmError>
  /** Log-probability (nats) of each token after the first, given those before it: one less than `tokens`. */
  readonly score: (tokens: ReadonlyArray<number>, caller: Caller) => Effect.Effect<ReadonlyArray<number>, LlmError>
}

export interface TokenRequest {
  readonly prompt: ReadonlyArray<number>
  readonly maxTokens: number
  readonly temperature: number
  /** Default 1: no cut. Not for a policy in training. */
  readonly topP?: number | undefined
  readonly seed: number
  /** Token ids that end the sample; the one that did is its last token. */
  readonly stop: ReadonlyArray<number>
  readonly caller: Caller
}

export interface TokenSample {
  readonly tokens: ReadonlyArray<number>
  /** Of the untempered distribution, in nats. */
  readonly logprobs: ReadonlyArray<number>
  readonly finish: "stop" | "length"
  /** The key of the call in the journal. */
  readonly key: string
}
