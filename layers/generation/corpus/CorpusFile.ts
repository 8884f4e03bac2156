/**
 * Reads logged conversations from JSONL, gzipped JSONL or parquet, one row at a time. The kind of log is told or seen
 * from the first row. A bad row names its file, line and reason.
 */
import { Effect, Either, Schema, Stream } from "effect"
import type { Types } from "effect"
import type { Conversation } from "../../../src/domain/Conversation.ts"
import { schemaIssues } from "../../../src/domain/schemaIssues.ts"
import { conversationHash } from "../ConversationHash.ts"
import { commonColumns, isFields } from "./formats/Format.ts"
import type { Fields, Format, Logged } from "./formats/Format.ts"
import { formatNamed, formatOf, formatWith, UnknownFormat } from "./formats/formats.ts"
import type { FormatName } from "./formats/formats.ts"
import { jsonRows } from "./jsonRows.ts"
import { parquetRows } from "./parquetRows.ts"
import { InvalidRow } from "./rowErrors.ts"
import type { DamagedFile, RawRow, UnreadableFile } from "./rowErrors.ts"

/**
 * Who wrote each conversation: the log's own user id (`hashed_ip` in WildChat), or each row a user of its own where the
 * data has no ids. There is no fallback: a null read as one user would put every row in one split.
 */
export type Users = "hashed-ip" | "each-row"

export interface ReadOptions {
  readonly users: Users
  /** Default "auto". */
  readonly format?: FormatName | "auto"
  /** Told once, when the kind of log is known. */
  readonly onFormat?: (name: FormatName) => void
}

export type FileFailure = UnreadableFile | DamagedFile | UnknownFormat

export type Read = Either.Either<Conversation, InvalidRow>

/**
 * Every row of the file in order: a conversation, or why it can't be used. Ids are the log's own and may come twice.
 * Batches are read row by row as they are taken, each once. Fails when the file can't be read, and after its good rows
 * where it is cut off or damaged; a batch ends with `UnknownFormat` where it is of no known kind.
 */
export const batches = (
  file: string,
  { users, format = "auto", onFormat }: ReadOptions,
): Stream.Stream<Iterable<Read | UnknownFormat>, FileFailure> =>
  Stream.suspend(() => {
    let known: Format | undefined
    const become = (found: Format) => {
      known = found
      onFormat?.(found.name)
    }
    if (format !== "auto") become(formatNamed(format))
    function* readEach(raws: Iterable<RawRow>): Iterable<Read | UnknownFormat> {
      for (const raw of raws) {
        if (known === undefined && raw.problem === undefined && isFields(raw.value)) {
          const found = formatOf(raw.value)
          if (found === undefined)
            return yield UnknownFormat.make({ file, line: raw.line, fields: Object.keys(raw.value) })
          become(found)
        }
        yield readRow(known, users, file, raw)
      }
    }
    const choose = (columns: ReadonlyArray<string>) =>
      Effect.suspend(() => {
        const found = known ?? formatWith(columns)
        if (found === undefined) return Effect.fail(UnknownFormat.make({ file, line: 1, fields: columns }))
        if (known === undefined) become(found)
        const wanted = [...found.columns, ...commonColumns]
        return Effect.succeed(columns.filter((column) => wanted.includes(column)))
      })
    return Stream.map(file.endsWith(".parquet") ? parquetRows(file, choose) : jsonRows(file), readEach)
  })

/** The rows of a file one by one. */
export const rows = (file: string, options: ReadOptions): Stream.Stream<Read, FileFailure> =>
  Stream.flatMap(batches(file, options), (batch) =>
    Stream.mapEffect(Stream.fromIterable(batch), (read) =>
      read instanceof UnknownFormat ? Effect.fail(read) : Effect.succeed(read),
    ),
  )

/** The conversations of a file; fails at the first bad row. */
export const conversations = (file: string, options: ReadOptions) => Stream.mapEffect(rows(file, options), (row) => row)

const readRow = (format: Format | undefined, users: Users, file: string, raw: RawRow): Read => {
  const invalid = (reason: string, detail?: string, more: Pick<Partial<InvalidRow>, "stub" | "advice"> = {}) =>
    Either.left(InvalidRow.make({ file, line: raw.line, reason, ...(detail === undefined ? {} : { detail }), ...more }))
  if (raw.problem !== undefined) return invalid(raw.problem.reason, raw.problem.detail)
  if (format === undefined || !isFields(raw.value)) return invalid("it is not a JSON object")
  const logged = hasCommon(raw.value) ? format.read(raw.value) : undefined
  if (logged === undefined) {
    const issues = Either.flip(decode(format, raw.value))
    const detail = Either.isRight(issues) ? schemaIssues(issues.right).join("; ") : undefined
    return invalid(`it is not in the ${format.title} schema`, detail)
  }
  const id = logged.id ?? conversationHash(logged.messages)
  const user = users === "each-row" ? id : userOf(logged.user)
  if (typeof user !== "string")
    return invalid(`${format.userField} ${user.problem}`, undefined, { advice: user.advice })
  const conversation = made(raw.value, logged, id, user)
  const problem = problemOf(logged.messages)
  return problem === undefined
    ? Either.right(conversation)
    : invalid(problem.reason, problem.detail, { stub: { ...conversation, messages: opening(logged) } })
}

/** Logs number their users, too. Where most ids are missing, leaving the rows out would not help. */
const userOf = (user: unknown) => {
  if (typeof user === "number" && Number.isInteger(user) && !Number.isSafeInteger(user))
    return { problem: "is a number too large to be read exactly", advice: "Write ids as text, in quotes." }
  if (typeof user === "bigint" || (typeof user === "number" && Number.isFinite(user))) return String(user)
  if (typeof user === "string" && user !== "") return user
  const isMissing = user == null || user === ""
  return {
    problem: isMissing ? "is missing" : "is neither text nor a number",
    advice:
      'Mend the file; where the data has no user ids, say users: "each-row" in the experiment, or --users each-row.',
  }
}

const decode = (format: Format, row: Fields) => Schema.decodeUnknownEither(format.schema)(row)

const hasCommon = ({ language, country, intent, checklist }: Fields): boolean =>
  isText(language) && isText(country) && isText(intent) && (checklist == null || Array.isArray(checklist))

const isText = (value: unknown) => value == null || typeof value === "string"

/** Fields that are null count as absent, but for the country: the paper's user ids tell the two apart. */
const made = (row: Fields, { messages, session }: Logged, id: string, user: string): Conversation => {
  // Checked by `hasCommon`.
  const { country, language, intent, checklist } = row as Partial<Conversation>
  const conversation: Types.Mutable<Conversation> = { id, user, messages }
  if (country !== undefined) conversation.country = country
  if (language != null) conversation.language = language
  if (session !== undefined) conversation.session = session
  if (intent != null) conversation.intent = intent
  if (checklist != null) conversation.checklist = checklist
  return conversation
}

const problemOf = (messages: Logged["messages"]): { readonly reason: string; readonly detail: string } | undefined => {
  const wrong = messages.findIndex(({ role }, i) => role !== (i % 2 === 0 ? "user" : "assistant"))
  if (wrong >= 0 || messages.length === 0) {
    const by = messages[wrong]?.role ?? "nobody"
    return { reason: "its roles don't alternate, starting with user", detail: `message ${wrong + 1} is by ${by}` }
  }
  const blank = messages.findIndex(({ content }) => content.trim() === "")
  return blank < 0 ? undefined : { reason: "it has an empty message", detail: `message ${blank + 1}` }
}

const opening = ({ messages }: Logged) => messages.filter(({ role }) => role === "user").slice(0, 1)
