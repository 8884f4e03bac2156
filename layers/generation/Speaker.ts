/** The two sides of a simulated conversation. Both are asked for their next turn, given everything said so far. */
import type { Effect } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { Usage } from "../../src/domain/ModelSpec.ts"
import type { Transition } from "../training/GrpoDatums.ts"

/** What is kept of a call that produced a turn. */
export interface Spoken {
  /** The journal's key of the call. */
  readonly key: string
  /** Name and revision of a model behind an endpoint, the hash of the history of one that is trained. */
  readonly model: string
  readonly usage: Usage
  readonly finish?: "stop" | "length"
  /** As sampled, end of turn included, where the model was reached in tokens. */
  readonly tokens?: ReadonlyArray<number>
  /** Nats, of the untempered distribution. */
  readonly logprobs?: ReadonlyArray<number>
}

export interface Assistant {
  readonly reply: (request: AssistantRequest) => Effect.Effect<AssistantReply, LlmError>
}

export interface AssistantRequest {
  /** From the opening on; ends with a user turn. The assistant never sees the intent. */
  readonly messages: ReadonlyArray<Message>
  /** The assistant's earlier turns as sampled, so that tokens are carried over and never made again from text. */
  readonly before: ReadonlyArray<Transition>
  readonly seed: number
}

export interface AssistantReply extends Spoken {
  readonly text: string
  readonly finish: "stop" | "length"
  /** The turn in tokens, with a reward of 0; absent where the model is only reached as text. */
  readonly transition?: Transition
}

/** A simulated user: everything that a new simulator has to be. */
export interface SimulatedUser {
  readonly next: (request: UserRequest) => Effect.Effect<UserTurn, LlmError>
}

export interface UserRequest {
  /** From the opening on; ends with an assistant turn. Empty where the simulator writes the opening. */
  readonly messages: ReadonlyArray<Message>
  /** What the user wants, hidden from the assistant. */
  readonly intent: string | undefined
  readonly seed: number
  /** How often this very turn was refused by a guardrail before; raises the temperature. */
  readonly attempt: number
}

/** Leaving is said with an empty turn or the end marker; `closing` is what was written beside the marker. */
export type UserTurn =
  | (Spoken & { readonly _tag: "Said"; readonly text: string })
  | (Spoken & { readonly _tag: "Left"; readonly closing: string | null })
