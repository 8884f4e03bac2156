/** LMSYS-Chat-1M. It has no user ids. */
import { Schema } from "effect"
import { Common, Turns, turnsOf } from "./Format.ts"
import type { Format } from "./Format.ts"

export const lmsys: Format = {
  name: "lmsys",
  title: "LMSYS-Chat-1M",
  fields: ["conversation_id", "conversation"],
  columns: ["conversation_id", "conversation", "user_id"],
  userField: "user_id",
  schema: Schema.Struct({ conversation_id: Schema.NonEmptyString, conversation: Turns, ...Common }),
  read: ({ conversation_id: id, conversation, user_id: user }) => {
    const messages = turnsOf(conversation)
    if (messages === undefined || typeof id !== "string" || id === "") return undefined
    return { id, user, messages, session: id }
  },
}
