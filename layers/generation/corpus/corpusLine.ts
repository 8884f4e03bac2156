/**
 * A line of a corpus artifact: a `Conversation` as JSON, with what the rules look at before its messages, so that a
 * pass over a corpus need not parse these. A row that can't be used is there too, marked, with its first user turn at
 * most: it counts where a preset draws as its source does, and is in no part.
 */
import type { Conversation } from "../../../src/domain/Conversation.ts"
import type { PreparedRow } from "./Preparation.ts"

/** Without the newline. `id` is the conversation's in the corpus. */
export const corpusLine = (conversation: Conversation, id: string, unusable?: string): string => {
  const { user, country, language, session, messages, intent, checklist } = conversation
  return JSON.stringify({ id, user, country, language, session, unusable, messages, intent, checklist })
}

/** What the rules look at. Throws `SyntaxError` where the line is no JSON. */
export const lineHead = (line: Buffer): PreparedRow => {
  const end = line.indexOf(messagesKey)
  const from = openingAt(line, end)
  return from < 0 ? slowHead(line) : prepared(parse(`${line.toString("utf8", 0, end)}}`), textAt(line, from))
}

/** The first user turn. */
export const lineOpening = (line: Buffer): string => {
  const from = openingAt(line, line.indexOf(messagesKey))
  return from < 0 ? slowHead(line).opening : textAt(line, from)
}

/** Where the text of the first message begins, given where the messages do; -1 where it is not a user's. */
const openingAt = (line: Buffer, messages: number): number => {
  const from = messages + messagesKey.length + firstUser.length
  if (messages < 0 || from > line.length) return -1
  const matches = line.compare(firstUser, 0, firstUser.length, messages + messagesKey.length, from) === 0
  return matches ? from : -1
}

/** All of its texts. */
export const lineTexts = (line: Buffer): ReadonlyArray<string> =>
  (parse(line.toString("utf8")).messages ?? []).map(({ content }) => content)

type Parsed = Partial<Conversation> & { readonly unusable?: string }

// Written by `corpusLine`.
const parse = (text: string) => JSON.parse(text) as Parsed

const slowHead = (line: Buffer): PreparedRow => {
  const parsed = parse(line.toString("utf8"))
  return prepared(parsed, parsed.messages?.find(({ role }) => role === "user")?.content ?? "")
}

const prepared = ({ id, user, country, language, session, unusable }: Parsed, opening: string): PreparedRow => ({
  id: id ?? "",
  user: user ?? "",
  country,
  language,
  session,
  opening,
  unusable: unusable !== undefined,
})

/** The JSON string that begins before `from`: up to the first quote that is not escaped. */
const textAt = (line: Buffer, from: number): string => {
  let end = line.indexOf(quote, from)
  while (isEscaped(line, end)) end = line.indexOf(quote, end + 1)
  const raw = line.toString("utf8", from, end)
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw
}

const isEscaped = (line: Buffer, at: number): boolean => {
  let slashes = 0
  while (line[at - 1 - slashes] === backslash) slashes += 1
  return slashes % 2 === 1
}

const quote = 0x22
const backslash = 0x5c

/** Inside a string a quote is escaped, so this is nowhere but at the key; fields before it are plain. */
const messagesKey = Buffer.from(',"messages":[')
const firstUser = Buffer.from('{"role":"user","content":"')
