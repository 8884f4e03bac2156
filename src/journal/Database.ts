/** Opens the home's SQLite files: refuses what isn't ours, is newer or is damaged before changing a byte. */
import { Reactivity } from "@effect/experimental"
import { SqlError } from "@effect/sql"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Schema } from "effect"
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs"

/** The file can't serve as this database. Nothing was changed. */
export class DatabaseUnusable extends Schema.TaggedError<DatabaseUnusable>()("DatabaseUnusable", {
  file: Schema.String,
  detail: Schema.String,
  /** `damaged` and `newer` are the file's own; `unavailable` is its surroundings: a full disk, no permission, a lock. */
  kind: Schema.Literal("damaged", "newer", "unavailable").pipe(
    Schema.propertySignature,
    Schema.withConstructorDefault(() => "damaged" as const),
  ),
}) {
  override get message() {
    return `${this.file}: ${this.detail}`
  }
}

/** One connection. Statements are prepared once; `run` takes the parameters in order and gives the rows. */
export interface Database {
  readonly file: string
  readonly run: (
    statement: string,
    parameters?: ReadonlyArray<unknown>,
  ) => Effect.Effect<ReadonlyArray<Row>, SqlError.SqlError>
}
export type Row = Readonly<Record<string, unknown>>

export interface Format {
  /** Raised with every change of the tables; a newer file is refused. */
  readonly version: number
  /** Of the present version; each statement may run again on a file that has the table. */
  readonly tables: ReadonlyArray<string>
  /** What leads from format 1 to 2, from 2 to 3 and so on, for writers. Readers take an older file as it is. */
  readonly upgrades?: ReadonlyArray<ReadonlyArray<string>>
  /** What becomes of the home without the file, told where it is damaged. FILE stands for its path. */
  readonly without?: string
}

/**
 * Opens or creates the file for the only writer. On a clean close the file needs no helper files any more, so that it
 * can be read from a read-only folder and copied by itself.
 */
export const openWriter = (file: string, format: Format, options: { readonly checkAll?: boolean } = {}) =>
  Effect.gen(function* () {
    // Closing a writable connection moves the log of a killed writer into the file, even into a damaged one.
    if (existsSync(file) && existsSync(`${file}-wal`)) {
      yield* Effect.scoped(Effect.flatMap(connect(file, format, true), (as) => check(as, format, options.checkAll)))
    }
    const database = yield* connect(file, format, false)
    yield* check(database, format, options.checkAll)
    yield* Effect.addFinalizer(() =>
      Effect.zipRight(
        database.run("PRAGMA busy_timeout = 0"),
        Effect.ignore(database.run("PRAGMA journal_mode = DELETE")),
      ).pipe(Effect.ignore),
    )
    yield* database.run("PRAGMA journal_mode = WAL")
    yield* database.run("PRAGMA synchronous = FULL")
    const [row] = yield* database.run("PRAGMA user_version")
    const found = Number(row?.["user_version"] ?? 0)
    const upgrades = found === 0 ? [] : (format.upgrades ?? []).slice(found - 1).flat()
    yield* Effect.forEach(
      ["BEGIN IMMEDIATE", ...upgrades, ...format.tables, `PRAGMA user_version = ${format.version}`, "COMMIT"],
      (s) => database.run(s),
    )
    return database
  }).pipe(refusing(file, format))

/** Opens an existing file without writing to it or beside it, unless a writer has it open. */
export const openReader = (file: string, format: Format) =>
  Effect.tap(connect(file, format, true), (database) => check(database, format)).pipe(refusing(file, format))

/** SQLite's own word for what went wrong, such as `SQLITE_FULL`. */
export const codeOf = (error: unknown): string =>
  error instanceof SqlError.SqlError
    ? codeOf(error.cause)
    : error instanceof Error && "code" in error
      ? String(error.code)
      : "unknown"

export const causeOf = (error: unknown): string =>
  error instanceof SqlError.SqlError ? causeOf(error.cause) : error instanceof Error ? error.message : String(error)

const connect = (file: string, format: Format, readonly: boolean) =>
  Effect.gen(function* () {
    yield* Effect.flatMap(
      Effect.try(() => refusal(file, format)),
      (refused) => refused ?? Effect.void,
    )
    const client = yield* SqliteClient.make({ filename: file, readonly, disableWAL: true })
    const connection = yield* client.reserve
    const run: Database["run"] = (statement, parameters = []) => connection.execute(statement, parameters, undefined)
    // A writer that was killed may have left its last changes beside the file, this one among them.
    const [row] = yield* run("PRAGMA user_version")
    const found = Number(row?.["user_version"] ?? 0)
    if (found > format.version) return yield* newer(file, found, format)
    const database: Database = { file, run }
    return database
  })

/** Read from the header, since even opening a database can change it. */
const refusal = (file: string, format: Format): DatabaseUnusable | undefined => {
  if (!existsSync(file) || statSync(file).size === 0) return undefined
  const header = Buffer.alloc(100)
  const descriptor = openSync(file, "r")
  readSync(descriptor, header, 0, 100, 0)
  closeSync(descriptor)
  if (header.toString("latin1", 0, 16) !== "SQLite format 3\0") return damaged(file, format, "file is not a database")
  const found = header.readUInt32BE(60)
  return found > format.version ? newer(file, found, format) : undefined
}

/** All of a small file, the schema of a large one: reading it all would take minutes. `all`: whatever it takes. */
const check = (database: Database, format: Format, all = false) =>
  Effect.gen(function* () {
    yield* database.run("SELECT count(*) FROM sqlite_master")
    if (!existsSync(database.file) || (!all && statSync(database.file).size > 32 * 1024 * 1024)) return
    const [row] = yield* database.run("PRAGMA quick_check(1)")
    const verdict = String(row?.["quick_check"] ?? "ok")
    if (verdict !== "ok") return yield* damaged(database.file, format, verdict.replaceAll(/\s+/g, " "))
  })

const newer = (file: string, found: number, { version }: Format) =>
  DatabaseUnusable.make({
    file,
    kind: "newer",
    detail: `it is of format ${found}, and this version of understudy knows up to ${version}. Update understudy.`,
  })

const damaged = (file: string, { without = "" }: Format, detail: string) =>
  DatabaseUnusable.make({
    file,
    kind: "damaged",
    detail:
      `it can't be opened as a database (${detail}). Move it away, and its -wal file if there is one. ${without.replaceAll("FILE", file)}`.trim(),
  })

const refusing =
  (file: string, format: Format) =>
  <A, E, R>(opening: Effect.Effect<A, E, R>) =>
    opening.pipe(
      Effect.catchAllDefect((defect) => Effect.fail(defect)),
      Effect.mapError((error) => (error instanceof DatabaseUnusable ? error : unusable(file, format, error))),
      Effect.provide(Reactivity.layer),
    )

const unusable = (file: string, format: Format, error: unknown) => {
  const unavailable = (detail: string) => DatabaseUnusable.make({ file, kind: "unavailable", detail })
  const code = codeOf(error)
  if (code === "SQLITE_FULL") return unavailable("the disk is full. Free some space and run the same command again.")
  if (/^SQLITE_(READONLY|CANTOPEN)|^E(ROFS|ACCES)/.test(code)) {
    return unavailable(
      `it can't be written or read here (${causeOf(error)}). Choose a home that can be written with --home.`,
    )
  }
  if (code.startsWith("SQLITE_BUSY")) {
    return unavailable("another process is using it. Wait for it to end and try again.")
  }
  return damaged(file, format, causeOf(error))
}
