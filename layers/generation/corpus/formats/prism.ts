/** PRISM's conversations.jsonl: each turn has replies of several models, of which the person chose one to go on with. */
import { Schema } from "effect"
import { Common, isFields, UserId } from "./Format.ts"
import type { Format, Logged } from "./Format.ts"

export const prism: Format = {
  name: "prism",
  title: "PRISM",
  fields: ["conversation_id", "conversation_history"],
  columns: ["conversation_id", "user_id", "conversation_history"],
  userField: "user_id",
  schema: Schema.Struct({
    conversation_id: Schema.NonEmptyString,
    user_id: UserId,
    conversation_history: Schema.NonEmptyArray(
      Schema.Struct({
        turn: Schema.Number,
        role: Schema.Literal("user", "model"),
        content: Schema.String,
        if_chosen: Schema.optional(Schema.NullOr(Schema.Boolean)),
      }),
    ),
    ...Common,
  }),
  read: ({ conversation_id: id, user_id: user, conversation_history: history }) => {
    if (typeof id !== "string" || id === "" || !Array.isArray(history) || history.length === 0) return undefined
    const messages: Array<Logged["messages"][number]> = []
    for (const said of history as ReadonlyArray<unknown>) {
      if (!isFields(said) || typeof said["content"] !== "string") return undefined
      if (said["role"] === "user") messages.push({ role: "user", content: said["content"] })
      else if (said["role"] !== "model") return undefined
      else if (said["if_chosen"] === true) messages.push({ role: "assistant", content: said["content"] })
    }
    return { id, user, messages, session: id }
  },
}
