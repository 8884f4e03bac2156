/** The two sides of a simulated conversation. Both are asked for their next turn, given everything said so far. */
import type { Effect } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { Transition } from "../training/GrpoDatums.ts"

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

export interface AssistantReply {
  readonly text: string
  readonly finish: "stop" | "length"
  readonly key: string
  /** The turn in tokens, with a reward of 0; absent where the model is only reached as text. */
  readonly transition?: Transition
}

export interface SimulatedUser {
  readonly next: (request: UserRequest) => Effect.Effect<UserTurn, LlmError>
}

export interface UserRequest {
  /** From the opening on; ends with an assistant turn. */
  readonly messages: ReadonlyArray<Message>
  /** What the user wants, hidden from the assistant. */
  readonly intent: string | undefined
  readonly seed: number
  /** How often this very turn was refused by a guard before; raises the temperature. */
  readonly attempt: number
}

/** Leaving is said with an empty turn or the terminal signal; it is never a message to answer. */
export type UserTurn =
  | { readonly _tag: "Said"; readonly text: string; readonly key: string }
  | { readonly _tag: "Left"; readonly key: string }
