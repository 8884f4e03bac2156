/** ShareGPT and what is written like it. Turns of the system are set aside where they lead. */
import { Schema } from "effect"
import { Common, isFields, textOr } from "./Format.ts"
import type { Format, Logged } from "./Format.ts"

const roles: Readonly<Record<string, "user" | "assistant">> = {
  human: "user",
  user: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  bard: "assistant",
  bing: "assistant",
  assistant: "assistant",
}

export const shareGpt: Format = {
  name: "sharegpt",
  title: "ShareGPT",
  fields: ["conversations"],
  columns: ["id", "conversations", "user_id", "user"],
  userField: "user_id",
  schema: Schema.Struct({
    id: Schema.optional(Schema.NullOr(Schema.String)),
    conversations: Schema.NonEmptyArray(
      Schema.Struct({
        from: Schema.Literal("human", "gpt", "user", "assistant", "chatgpt", "bing", "bard", "system"),
        value: Schema.String,
      }),
    ),
    ...Common,
  }),
  read: ({ id, conversations, user_id, user }) => {
    if (!Array.isArray(conversations) || conversations.length === 0) return undefined
    const messages: Array<Logged["messages"][number]> = []
    for (const turn of conversations as ReadonlyArray<unknown>) {
      if (!isFields(turn) || typeof turn["from"] !== "string" || typeof turn["value"] !== "string") return undefined
      if (turn["from"] === "system" && messages.length === 0) continue
      const role = roles[turn["from"]]
      if (role === undefined) return undefined
      messages.push({ role, content: turn["value"] })
    }
    const own = textOr(id) === "" ? undefined : textOr(id)
    return { id: own, user: user_id ?? user, messages, session: own }
  },
}
