/** Conversations as logs hold them and as rollouts produce them. */
import { Schema } from "effect"

export const Message = Schema.Struct({
  role: Schema.Literal("system", "user", "assistant"),
  content: Schema.String,
})
export type Message = typeof Message.Type

/** How a rollout ended. An outage is never a goodbye (contract 3). */
export const Ending = Schema.Literal(
  "goodbye",
  "turn-limit",
  "length",
  "assistant-failure",
  "simulator-outage",
  "guardrail-exhausted",
)
export type Ending = typeof Ending.Type

/**
 * One logged conversation: roles alternate from the user, no message is blank. `id` is unique in its corpus; `session`
 * is the id that the log gave it, by which evaluation tasks are held out. `country` and `language` are the log's own
 * labels.
 */
export const Conversation = Schema.Struct({
  id: Schema.NonEmptyString,
  user: Schema.NonEmptyString,
  messages: Schema.Array(Message),
  intent: Schema.optional(Schema.String),
  checklist: Schema.optional(Schema.Array(Schema.Unknown)),
  country: Schema.optional(Schema.NullOr(Schema.String)),
  language: Schema.optional(Schema.String),
  session: Schema.optional(Schema.String),
})
export type Conversation = typeof Conversation.Type
