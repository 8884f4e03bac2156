/** Long conversations as a model is shown them, so that they fit its context. What is left out is marked and counted. */
import type { Message } from "../../../src/domain/Conversation.ts"

export interface Limits {
  /** Characters of one assistant turn; null for no limit. */
  readonly assistantCharacters: number | null
  /** Characters of all turns together; null for no limit. */
  readonly maxCharacters: number | null
}

export interface Shortened {
  readonly messages: ReadonlyArray<Message>
  /** `cut`: assistant turns lost their ends. `fitted`: more was left out to keep to `maxCharacters`. */
  readonly as: "whole" | "cut" | "fitted"
}

/**
 * Assistant turns are cut at their limit, " …" in place of the rest (paper 2.2). Where all is still too long, every turn
 * keeps its beginning and its end (a quarter of the room, or its share where there are fewer turns), and turns in the middle are left out: the opening says
 * most about what a user wants, and then the latest turns do.
 */
export const shorten = (messages: ReadonlyArray<Message>, limits: Limits): Shortened => {
  const cut = messages.map((message) =>
    message.role === "assistant" && limits.assistantCharacters !== null
      ? { ...message, content: head(message.content, limits.assistantCharacters) }
      : message,
  )
  const room = limits.maxCharacters
  if (room !== null && lengthOf(cut) > room) return { messages: fit(cut, room), as: "fitted" }
  return { messages: cut, as: cut.some(({ content }, i) => content !== messages[i]?.content) ? "cut" : "whole" }
}

/** Of all contents, in UTF-16 units. */
export const lengthOf = (messages: ReadonlyArray<Message>): number =>
  messages.reduce((sum, { content }) => sum + content.length, 0)

const fit = (messages: ReadonlyArray<Message>, room: number): ReadonlyArray<Message> => {
  const share = Math.floor(room / Math.min(4, messages.length))
  const turns = messages.map((message) => ({ ...message, content: ends(message.content, share) }))
  const [opening, ...rest] = turns
  if (opening === undefined || lengthOf(turns) <= room) return turns
  let left = room - opening.content.length - mark.length
  let from = rest.length
  while (from > 0 && rest[from - 1]!.content.length <= left) left -= rest[--from]!.content.length
  const [next, ...last] = rest.slice(from)
  // What is left out stood between the opening and the next turn that is kept.
  return next === undefined ? [opening] : [opening, { ...next, content: mark + next.content }, ...last]
}

const mark = "… "

/** At most `limit` characters (code points, as in the paper's script) from the beginning. */
const head = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const characters = [...text]
  return characters.length <= limit ? text : `${characters.slice(0, limit).join("")} …`
}

/** Beginning and end, halves of `limit` characters. */
const ends = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const characters = [...text]
  const half = Math.max(1, Math.floor((limit - 3) / 2))
  return `${characters.slice(0, half).join("")} … ${characters.slice(-half).join("")}`
}
