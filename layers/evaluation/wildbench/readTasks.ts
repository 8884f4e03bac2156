/** Tasks from files: JSONL, JSONL.gz, a JSON array (.json) or parquet; a folder's files by name. */
import { Effect, Either, Stream } from "effect"
import { readFile } from "node:fs/promises"
import type { WildBenchTask } from "../../../src/domain/WildBench.ts"
import { corpusFiles } from "../../generation/corpus/corpusFiles.ts"
import type { NoLogs } from "../../generation/corpus/corpusFiles.ts"
import { jsonRows } from "../../generation/corpus/jsonRows.ts"
import { parquetRows } from "../../generation/corpus/parquetRows.ts"
import { InvalidRow, UnreadableFile } from "../../generation/corpus/rowErrors.ts"
import type { DamagedFile, RawRow } from "../../generation/corpus/rowErrors.ts"
import { taskColumns, taskOf } from "./taskRow.ts"

export type TaskFailure = UnreadableFile | DamagedFile | NoLogs

/** Every row in order: a task, or why it is none. A task that comes twice is no task the second time. */
export const readTasks = (path: string): Stream.Stream<Either.Either<WildBenchTask, InvalidRow>, TaskFailure> =>
  Stream.suspend(() => {
    const places = new Map<string, string>()
    return Stream.fromIterableEffect(corpusFiles(path)).pipe(
      Stream.flatMap((file) => Stream.map(rowsOf(file), (raw) => read(file, raw, places))),
    )
  })

const rowsOf = (file: string): Stream.Stream<RawRow, UnreadableFile | DamagedFile> => {
  const batches = file.endsWith(".parquet")
    ? parquetRows(file, (columns) => Effect.succeed(taskColumns.filter((column) => columns.includes(column))))
    : file.endsWith(".json")
      ? Stream.fromEffect(arrayRows(file))
      : jsonRows(file)
  return Stream.flatMap(batches, (rows) => Stream.fromIterable(rows))
}

const read = (file: string, { line, ...raw }: RawRow, places: Map<string, string>) => {
  const invalid = (reason: string, detail?: string) =>
    Either.left(InvalidRow.make({ file, line, reason, advice, ...(detail === undefined ? {} : { detail }) }))
  if (raw.problem !== undefined) return invalid(raw.problem.reason, raw.problem.detail)
  const task = taskOf("value" in raw ? raw.value : undefined)
  if (Either.isLeft(task)) return invalid(task.left.reason, task.left.detail)
  const before = places.get(task.right.session)
  if (before !== undefined) return invalid("its session_id came before", `${task.right.session} in ${before}`)
  places.set(task.right.session, `${file}:${line}`)
  return Either.right(task.right)
}

const advice = "Mend the file, or leave bad rows out with `skipInvalid: true`."

/** A small file, read as a whole; entries count from 1. */
const arrayRows = (file: string): Effect.Effect<ReadonlyArray<RawRow>, UnreadableFile> =>
  Effect.tryPromise({
    try: async () => {
      const value: unknown = JSON.parse(await readFile(file, "utf8"))
      if (!Array.isArray(value)) throw new Error("it is JSON, but no array of tasks")
      return value.map((one: unknown, i): RawRow => ({ line: i + 1, value: one }))
    },
    catch: (error) =>
      UnreadableFile.make({ file, line: 0, reason: error instanceof Error ? error.message : String(error) }),
  })
