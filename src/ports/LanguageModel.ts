/** Calls to language models: chat, raw completion, and token-level sampling. Implementations journal every call. */
import { Context } from "effect"
import type { Effect, Schema } from "effect"
import type { LlmError } from "../domain/LlmError.ts"
import type { Message } from "../domain/Conversation.ts"
import type { ModelSpec, Role, Usage } from "../domain/ModelSpec.ts"

/** Sampling parameters. `seed` and `sampleIndex` are part of a call's identity; see `deriveSeed`. */
export interface Sampling {
  readonly maxTokens: number
  readonly temperature: number
  readonly topP?: number
  readonly seed: number
  readonly stop?: ReadonlyArray<string>
  /** Distinguishes repeated samples of one request. */
  readonly sampleIndex?: number
}

/** Who calls, for accounts and fairness. Not part of a call's identity. */
export interface Caller {
  readonly role: Role
  readonly step: string
}

export interface ChatRequest {
  readonly model: ModelSpec
  readonly messages: ReadonlyArray<Message>
  readonly sampling: Sampling
  /** A JSON schema that the reply must satisfy, sent as `response_format`. */
  readonly jsonSchema?: { readonly name: string; readonly schema: Schema.Schema.Any }
  readonly caller: Caller
}

export interface CompletionRequest {
  readonly model: ModelSpec
  readonly prompt: string
  readonly sampling: Sampling
  /** More fields of the body, under the server's own names. Part of the call's identity. */
  readonly extra?: Readonly<Record<string, unknown>>
  readonly caller: Caller
}

export interface TextReply {
  readonly text: string
  readonly finish: "stop" | "length"
  readonly usage: Usage
  /** The key of the call in the journal: the way from a number to its source. */
  readonly key: string
}

export class LanguageModel extends Context.Tag("understudy/ports/LanguageModel")<
  LanguageModel,
  {
    readonly chat: (request: ChatRequest) => Effect.Effect<TextReply, LlmError>
    readonly complete: (request: CompletionRequest) => Effect.Effect<TextReply, LlmError>
  }
>() {}
