/**
 * WB-Score files: JSONL, one row for each task, of one judge and one model, named `VERSION__JUDGE__MODEL.jsonl`. A row
 * has the answer's text (`output` or `model_output`) or only its length (`output_chars`); which of the latter were
 * truncated is in the row (`truncated`) or in an `index.json` beside the file that lists `truncated_session_ids`.
 */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Either, Option, Schema } from "effect"
import { schemaIssues } from "../../../src/domain/schemaIssues.ts"
import { isEmpty, isTruncated, outputLength } from "./outputs.ts"
import type { ScoredAnswer } from "./WbScore.ts"

/** A score file, or the index beside it, can't be used. `line` counts from 1; 0 where it is the whole file. */
export class UnusableScoreFile extends Schema.TaggedError<UnusableScoreFile>()("UnusableScoreFile", {
  file: Schema.String,
  line: Schema.Int,
  detail: Schema.String,
}) {
  readonly exitCode = 64
  override get message() {
    return `${this.file}${this.line === 0 ? "" : `:${this.line}`}: ${this.detail}. A score file is JSONL with session_id, model, judge, score (1 to 10, null where the judge gave none) and output or output_chars.`
  }
}

export interface ScoreFile {
  readonly file: string
  /** Null where neither the file's name nor the index tells it. */
  readonly version: string | null
  readonly judge: string
  readonly model: string
  readonly answers: ReadonlyArray<ScoredAnswer>
  /** Null where the file has lengths only, and nothing says which answers were truncated. */
  readonly truncated: number | null
  readonly empty: number
}

/** Fails with `UnusableScoreFile`: a row of another shape, a task that comes twice, two models or judges in one file. */
export const readScoreFile = Effect.fn("readScoreFile")(function* (file: string) {
  const path = yield* Path.Path
  const text = yield* textOf(file)
  const listed = yield* indexEntry(file)
  const cut = listed && new Set(listed.truncated_session_ids)
  const rows = yield* Either.all(
    text.split("\n").flatMap((line, i) => (line.trim() === "" ? [] : [numbered(file, i + 1, line)])),
  )
  const [first] = rows
  if (first === undefined) return yield* bad(file, 0, "it has no rows")
  yield* consistent(file, rows)
  const answers = rows.map(({ row }) => answerOf(row, cut))
  const [version, judge] = namedParts(path.basename(file))
  const found: ScoreFile = {
    file,
    version: listed?.version ?? version ?? null,
    judge: first.row.judge ?? listed?.judge ?? judge ?? "unknown",
    model: first.row.model,
    answers: answers.map(({ answer }) => answer),
    truncated: answers.some(({ truncated }) => truncated === null)
      ? null
      : answers.filter(({ truncated }) => truncated === true).length,
    empty: answers.filter(({ empty }) => empty).length,
  }
  return found
})

const Row = Schema.Struct({
  session_id: Schema.NonEmptyString,
  model: Schema.NonEmptyString,
  judge: Schema.optional(Schema.NonEmptyString),
  score: Schema.NullOr(Schema.Union(Schema.Number, Schema.NumberFromString).pipe(Schema.between(1, 10))),
  output_chars: Schema.optional(Schema.NonNegativeInt),
  output: Schema.optional(Schema.String),
  model_output: Schema.optional(Schema.String),
  truncated: Schema.optional(Schema.Boolean),
}).pipe(
  Schema.filter(
    ({ output_chars, output, model_output }) =>
      output_chars !== undefined ||
      output !== undefined ||
      model_output !== undefined ||
      "output or output_chars is missing",
  ),
)

const Index = Schema.Struct({
  files: Schema.Array(
    Schema.Struct({
      file: Schema.String,
      version: Schema.optional(Schema.String),
      judge: Schema.optional(Schema.String),
      truncated_session_ids: Schema.Array(Schema.String),
    }),
  ),
})

const bad = (file: string, line: number, detail: string) => UnusableScoreFile.make({ file, line, detail })

const textOf = (file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(file)).pipe(
    Effect.mapError((error) =>
      bad(
        file,
        0,
        error._tag === "SystemError" && error.reason === "NotFound" ? "there is no such file" : error.message,
      ),
    ),
  )

const indexEntry = Effect.fnUntraced(function* (file: string) {
  const path = yield* Path.Path
  const fs = yield* FileSystem.FileSystem
  const index = path.join(path.dirname(file), "index.json")
  if (!(yield* Effect.orElseSucceed(fs.exists(index), () => false))) return undefined
  const { files } = yield* Schema.decodeUnknown(Schema.parseJson(Index))(yield* textOf(index)).pipe(
    Effect.catchTag("ParseError", (error) => bad(index, 0, schemaIssues(error)[0] ?? "it is no index")),
  )
  return files.find((entry) => entry.file === path.basename(file))
})

interface NumberedRow {
  readonly line: number
  readonly row: typeof Row.Type
}

const decodeRow = Schema.decodeUnknownEither(Schema.parseJson(Row))

const numbered = (file: string, line: number, text: string): Either.Either<NumberedRow, UnusableScoreFile> =>
  Either.mapBoth(decodeRow(text), {
    onLeft: (error) => bad(file, line, schemaIssues(error)[0] ?? "it is no row"),
    onRight: (row) => ({ line, row }),
  })

/** The first row that doesn't belong with those before it. */
const consistent = Effect.fnUntraced(function* (file: string, rows: ReadonlyArray<NumberedRow>) {
  const lines = new Map<string, number>()
  const first = rows[0]?.row
  for (const { line, row } of rows) {
    const before = lines.get(row.session_id)
    if (before !== undefined) return yield* bad(file, line, `task ${row.session_id} was already in line ${before}`)
    if (row.model !== first?.model || row.judge !== first.judge)
      return yield* bad(file, line, "it is of another model or judge than the first row")
    lines.set(row.session_id, line)
  }
})

const answerOf = (row: typeof Row.Type, cut: ReadonlySet<string> | undefined) => {
  const text = row.output ?? row.model_output
  const length = text === undefined ? (row.output_chars ?? 0) : outputLength(text)
  const empty = text === undefined ? length === 0 : isEmpty(text)
  const truncated =
    row.truncated ?? (text === undefined ? (cut === undefined ? null : cut.has(row.session_id)) : isTruncated(text))
  const answer: ScoredAnswer = { score: row.score, length, incomplete: empty || truncated === true }
  return { answer, empty, truncated }
}

const namedParts = (name: string): ReadonlyArray<string> =>
  Option.match(Option.fromNullable(/^(.+?)__(.+?)__.+\.jsonl$/.exec(name)), {
    onNone: () => [],
    onSome: (found) => found.slice(1),
  })
