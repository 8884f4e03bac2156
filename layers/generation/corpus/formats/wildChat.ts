/** WildChat-1M and WildChat-4.8M (allenai). Evaluation tasks know a conversation by `conversation_id`, where there is one. */
import { Schema } from "effect"
import { Common, textOr, Turns, turnsOf, UserId } from "./Format.ts"
import type { Format } from "./Format.ts"

export const wildChat: Format = {
  name: "wildchat",
  title: "WildChat",
  fields: ["conversation_hash", "conversation"],
  columns: ["conversation_hash", "conversation_id", "conversation", "hashed_ip"],
  userField: "hashed_ip",
  schema: Schema.Struct({
    conversation_hash: Schema.NonEmptyString,
    conversation: Turns,
    hashed_ip: UserId,
    ...Common,
  }),
  read: ({ conversation_hash: hash, conversation_id: session, conversation, hashed_ip: user }) => {
    const messages = turnsOf(conversation)
    if (messages === undefined || typeof hash !== "string" || hash === "") return undefined
    return { id: hash, user, messages, session: textOr(session) ?? hash }
  },
}
