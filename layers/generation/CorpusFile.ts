/**
 * Reads logged conversations in the WildChat schema from JSONL or gzipped JSONL, one row at a time.
 * A bad row names its file, line and reason; `skipInvalid` counts bad rows instead of failing at the first.
 */
import { Either, Option, Schema, Stream } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { schemaIssues } from "../../src/domain/schemaIssues.ts"
import { numberedLines } from "./numberedLines.ts"

/**
 * A row that can't be used. `line` counts from 1. `reason` is the same for all rows of one kind, so that they can be
 * counted by it; `detail` is this row's own.
 */
export class InvalidRow extends Schema.TaggedError<InvalidRow>()("InvalidRow", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String,
  detail: Schema.optional(Schema.String),
}) {
  override get message() {
    const detail = this.detail === undefined ? "" : ` (${this.detail})`
    return `${this.file}:${this.line}: ${this.reason}${detail}. Mend the file, or leave bad rows out with --skip-invalid.`
  }
}

/** A file that can't be read at all: missing, no permission, a failing disk. */
export class UnreadableFile extends Schema.TaggedError<UnreadableFile>()("UnreadableFile", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String,
}) {
  override get message() {
    return `${this.file} can't be read after line ${this.line}: ${this.reason}.`
  }
}

/**
 * Who wrote each conversation: the row's `hashed_ip`, or each row a user of its own where the data has no ids.
 * There is no fallback: a null read as one user would put every row in one split.
 */
export type Users = "hashed-ip" | "each-row"

/**
 * Every row of the file in order: a conversation, or why it can't be used. A compressed file that is cut off or damaged
 * ends in a bad row. Fails only when the file can't be read.
 */
export const rows = (
  file: string,
  users: Users,
): Stream.Stream<Either.Either<Conversation, InvalidRow>, UnreadableFile> => {
  const seen = new Map<string, number>()
  const lines = Stream.mapError(numberedLines(file), ({ line, reason }) => UnreadableFile.make({ file, line, reason }))
  return Stream.map(lines, ({ line, bytes, damage }) => {
    const invalid = (reason: string, detail?: string) =>
      Either.left(InvalidRow.make({ file, line, reason, ...(detail === undefined ? {} : { detail }) }))
    if (damage !== undefined) return invalid("the file is cut off or damaged here", damage)
    const text = decodeUtf8(bytes)
    if (Option.isNone(text))
      return invalid("it is not valid UTF-8", isGzip(bytes) ? "it is gzip: name it .gz" : undefined)
    const json = parseJson(text.value)
    if (Either.isLeft(json)) return invalid("it is not JSON", json.left)
    const row = decodeRow(json.right)
    if (Either.isLeft(row)) return invalid("it is not in the WildChat schema", schemaIssues(row.left).join("; "))
    const { conversation_hash: id, conversation, hashed_ip, intent, checklist } = row.right
    const first = seen.get(id)
    if (first !== undefined) return invalid("its conversation_hash stands twice", `${id} is on line ${first} already`)
    const wrong = conversation.findIndex((message, i) => message.role !== (i % 2 === 0 ? "user" : "assistant"))
    if (wrong >= 0) {
      return invalid(
        "its roles don't alternate, starting with user",
        `message ${wrong + 1} is by ${conversation[wrong]?.role}`,
      )
    }
    const blank = conversation.findIndex((message) => message.content.trim() === "")
    if (blank >= 0) return invalid("it has an empty message", `message ${blank + 1}`)
    const user = users === "each-row" ? id : hashed_ip
    if (user === null || user === undefined || user === "") {
      return invalid(
        "hashed_ip is missing",
        'where the data has no user ids, say users: "each-row" in the experiment, or --users each-row',
      )
    }
    seen.set(id, line)
    return Either.right({
      id,
      user,
      messages: conversation.map(({ role, content }) => ({ role, content })),
      ...(intent === undefined ? {} : { intent }),
      ...(checklist === undefined ? {} : { checklist }),
    })
  })
}

/** The conversations of a file; fails at the first bad row. */
export const conversations = (file: string, users: Users): Stream.Stream<Conversation, InvalidRow | UnreadableFile> =>
  Stream.mapEffect(rows(file, users), (row) => row)

const Row = Schema.Struct({
  conversation_hash: Schema.NonEmptyString,
  conversation: Schema.NonEmptyArray(
    Schema.Struct({ role: Schema.Literal("user", "assistant"), content: Schema.String }),
  ),
  hashed_ip: Schema.optional(Schema.NullOr(Schema.String)),
  intent: Schema.optional(Schema.String),
  checklist: Schema.optional(Schema.Array(Schema.Unknown)),
})

const decodeRow = Schema.decodeUnknownEither(Row)

const parseJson = (text: string): Either.Either<unknown, string> =>
  Either.try({ try: () => JSON.parse(text) as unknown, catch: messageOf })

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b

const utf8 = new TextDecoder("utf-8", { fatal: true })
const decodeUtf8 = Option.liftThrowable((bytes: Uint8Array) => utf8.decode(bytes))
