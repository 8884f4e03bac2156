/** A split with fewer conversations in some of its parts: a pilot, or no more than is going to be used. */
import { Effect, Schema } from "effect"
import { Part, SplitResult } from "../../src/domain/Results.ts"
import { conversations } from "./conversations.ts"
import { drawConversations } from "./drawConversations.ts"

const positive = Schema.Int.pipe(Schema.positive())

/** Conversations of each part, at most. */
export const Most = Schema.Struct({
  simulator: Schema.optional(positive),
  assistant: Schema.optional(positive),
  validation: Schema.optional(positive),
  test: Schema.optional(positive),
})
export type Most = typeof Most.Type

/** Which ones is drawn by the seed. Notes say what was left. */
export const limitParts = Effect.fnUntraced(function* (split: SplitResult, most: Most, seed: number) {
  const notes: Array<string> = []
  const limited = Effect.fnUntraced(function* (name: keyof Most) {
    const part = split[name]
    const limit = most[name] ?? Infinity
    if (part.count <= limit) return part
    const drawn = yield* drawConversations(part.conversations, limit, [seed, "part", name], () => true)
    notes.push(`Of the part ${name}, ${limit} of ${part.count} conversations were drawn.`)
    return Part.make({
      conversations: yield* conversations.write(drawn),
      count: drawn.length,
      users: new Set(drawn.map(({ user }) => user)).size,
    })
  })
  const parts = {
    simulator: yield* limited("simulator"),
    assistant: yield* limited("assistant"),
    validation: yield* limited("validation"),
    test: yield* limited("test"),
  }
  return SplitResult.make({ ...split, ...parts, notes: [...split.notes, ...notes] })
})
