import { Schema } from "effect"
import { conversationHash, pythonJson } from "../../../layers/generation/ConversationHash.ts"
import { difference, topic } from "../Topic.ts"

const Input = Schema.Struct({
  messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String })),
})

/** First 32 hex digits of the SHA-256 of CPython's JSON, and that JSON where the case has it. */
export const conversationHashTopic = topic(Input, ({ messages }, expected) =>
  difference({ hash: conversationHash(messages), json: pythonJson(messages) }, expected),
)
