/**
 * Reads logged conversations in the WildChat schema from JSONL or gzipped JSONL, one row at a time.
 * A bad row names its file, line and reason; `skipInvalid` counts bad rows instead of failing at the first.
 */
import { Chunk, Either, Option, ParseResult, Schema, Stream } from "effect"
import { createReadStream } from "node:fs"
import { createGunzip } from "node:zlib"
import { pipeline } from "node:stream"
import type { Readable } from "node:stream"
import type { Conversation } from "../../src/domain/Conversation.ts"

/** A row that can't be used. `line` counts from 1. */
export class InvalidRow extends Schema.TaggedError<InvalidRow>()("InvalidRow", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String,
}) {
  override get message() {
    return `${this.file}:${this.line}: ${this.reason}. Mend the row, or leave bad rows out with --skip-invalid.`
  }
}

/** A file that can't be read to its end: missing, unreadable, or cut off in the middle of its compressed stream. */
export class UnreadableFile extends Schema.TaggedError<UnreadableFile>()("UnreadableFile", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String,
}) {
  override get message() {
    return `${this.file} can't be read past line ${this.line}: ${this.reason}. Fetch the file again.`
  }
}

/**
 * Who wrote each conversation: the row's `hashed_ip`, or each row a user of its own where the data has no ids.
 * There is no fallback: a null read as one user would put every row in one split.
 */
export type Users = "hashed-ip" | "each-row"

/** Every row of the file in order: a conversation, or why it can't be used. Fails only when the file can't be read. */
export const rows = (
  file: string,
  users: Users,
): Stream.Stream<Either.Either<Conversation, InvalidRow>, UnreadableFile> => {
  const seen = new Map<string, number>()
  return Stream.map(lines(file), ([bytes, line]) => {
    const invalid = (reason: string) => Either.left(InvalidRow.make({ file, line, reason }))
    const text = decodeUtf8(bytes)
    if (Option.isNone(text)) return invalid("it is not valid UTF-8")
    const row = decodeRow(text.value)
    if (Either.isLeft(row)) return invalid(ParseResult.ArrayFormatter.formatErrorSync(row.left).map(issue).join("; "))
    const { conversation_hash: id, conversation, hashed_ip, intent, checklist } = row.right
    const first = seen.get(id)
    if (first !== undefined) return invalid(`conversation_hash ${id} stands on line ${first} already`)
    seen.set(id, line)
    const wrong = conversation.findIndex((message, i) => message.role !== (i % 2 === 0 ? "user" : "assistant"))
    if (wrong >= 0) {
      return invalid(`message ${wrong + 1} is by ${conversation[wrong]?.role}: roles alternate, starting with user`)
    }
    const blank = conversation.findIndex((message) => message.content.trim() === "")
    if (blank >= 0) return invalid(`message ${blank + 1} is empty`)
    const user = users === "each-row" ? id : hashed_ip
    if (user === null || user === undefined || user === "") {
      return invalid('hashed_ip is missing; where the data has no user ids, say users: "each-row" in the experiment')
    }
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

const Row = Schema.parseJson(
  Schema.Struct({
    conversation_hash: Schema.NonEmptyString,
    conversation: Schema.NonEmptyArray(
      Schema.Struct({ role: Schema.Literal("user", "assistant"), content: Schema.String }),
    ),
    hashed_ip: Schema.optional(Schema.NullOr(Schema.String)),
    intent: Schema.optional(Schema.String),
    checklist: Schema.optional(Schema.Array(Schema.Unknown)),
  }),
)

const decodeRow = Schema.decodeUnknownEither(Row)

const issue = ({ path, message }: ParseResult.ArrayFormatterIssue) =>
  path.length === 0 ? message : `${path.join(".")}: ${message}`

const utf8 = new TextDecoder("utf-8", { fatal: true })
const decodeUtf8 = Option.liftThrowable((bytes: Uint8Array) => utf8.decode(bytes))

const newline = 10

/** Lines as bytes, with their numbers from 1; blank lines are passed over. */
const lines = (file: string): Stream.Stream<readonly [Uint8Array, number], UnreadableFile> =>
  Stream.suspend(() => {
    const position = { line: 0 }
    const failed = (error: unknown) =>
      UnreadableFile.make({
        file,
        line: position.line,
        reason: error instanceof Error ? error.message : String(error),
      })
    return Stream.fromAsyncIterable(open(file), failed).pipe(
      Stream.map((chunk: Buffer) => chunk),
      Stream.concat(Stream.make(end)),
      Stream.mapAccum(Buffer.alloc(0), (rest, chunk) => {
        const bytes = chunk === end ? Buffer.concat([rest, Buffer.from([newline])]) : Buffer.concat([rest, chunk])
        const last = bytes.lastIndexOf(newline)
        return [bytes.subarray(last + 1), bytes.subarray(0, last + 1)] as const
      }),
      Stream.mapConcatChunk((bytes) => Chunk.unsafeFromArray(split(bytes))),
      Stream.map((bytes) => [bytes, (position.line += 1)] as const),
      Stream.filter(([bytes]) => bytes.length > 0),
    )
  })

const end = Buffer.alloc(0)

const split = (bytes: Buffer): Array<Uint8Array> => {
  const found: Array<Uint8Array> = []
  for (let start = 0; start < bytes.length;) {
    const stop = bytes.indexOf(newline, start)
    found.push(bytes.subarray(start, stop))
    start = stop + 1
  }
  return found
}

const open = (file: string): Readable =>
  file.endsWith(".gz") ? pipeline(createReadStream(file), createGunzip(), ignore) : createReadStream(file)

/** A failure reaches the reader through the stream itself. */
const ignore = () => {}
