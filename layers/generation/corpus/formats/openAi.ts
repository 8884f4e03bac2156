/** Messages as OpenAI's chat API takes them: content is text, or parts of text. What leads as system is set aside. */
import { Schema } from "effect"
import { Common, isFields, textOr } from "./Format.ts"
import type { Format, Logged } from "./Format.ts"

const Part = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })

export const openAi: Format = {
  name: "openai",
  title: "OpenAI messages",
  fields: ["messages"],
  columns: ["id", "messages", "user_id", "user"],
  userField: "user_id",
  schema: Schema.Struct({
    id: Schema.optional(Schema.NullOr(Schema.String)),
    messages: Schema.NonEmptyArray(
      Schema.Struct({
        role: Schema.Literal("user", "assistant", "system", "developer"),
        content: Schema.Union(Schema.String, Schema.Array(Part)),
      }),
    ),
    ...Common,
  }),
  read: ({ id, messages: list, user_id, user }) => {
    if (!Array.isArray(list) || list.length === 0) return undefined
    const messages: Array<Logged["messages"][number]> = []
    for (const message of list as ReadonlyArray<unknown>) {
      if (!isFields(message)) return undefined
      const { role } = message
      if ((role === "system" || role === "developer") && messages.length === 0) continue
      const content = contentOf(message["content"])
      if ((role !== "user" && role !== "assistant") || content === undefined) return undefined
      messages.push({ role, content })
    }
    const own = textOr(id) === "" ? undefined : textOr(id)
    return { id: own, user: user_id ?? user, messages, session: own }
  },
}

const contentOf = (content: unknown): string | undefined => {
  if (!Array.isArray(content)) return textOr(content)
  const texts = content.map((part: unknown) =>
    isFields(part) && part["type"] === "text" ? textOr(part["text"]) : undefined,
  )
  return texts.every((text) => text !== undefined) ? texts.join("") : undefined
}
