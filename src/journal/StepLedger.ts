/** What every step came to: which are done with which output, which are suspended and why. The truth for `plan`. */
import { Reactivity } from "@effect/experimental"
import { SqlError } from "@effect/sql"
import type { SqlClient } from "@effect/sql"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Context, Effect, Layer, Option, Schema } from "effect"

/** One row. `consumed` hashes the upstream outputs; `output` is the encoded output as JSON. */
export const LedgerEntry = Schema.Struct({
  id: Schema.String,
  stage: Schema.String,
  state: Schema.Literal("running", "done", "suspended"),
  consumed: Schema.String,
  output: Schema.NullOr(Schema.String),
  reason: Schema.NullOr(Schema.String),
  advice: Schema.NullOr(Schema.String),
  seconds: Schema.NullOr(Schema.Number),
})
export type LedgerEntry = typeof LedgerEntry.Type

/** The database was written by a newer version, or isn't ours. Nothing was changed. */
export class LedgerUnusable extends Schema.TaggedError<LedgerUnusable>()("LedgerUnusable", {
  file: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.file}: ${this.detail}`
  }
}

export class StepLedger extends Context.Tag("understudy/journal/StepLedger")<
  StepLedger,
  {
    readonly find: (id: string) => Effect.Effect<Option.Option<LedgerEntry>>
    readonly list: Effect.Effect<ReadonlyArray<LedgerEntry>>
    /** Replaces what was known of the step. */
    readonly record: (entry: LedgerEntry) => Effect.Effect<void>
  }
>() {
  /** Opens or creates the ledger. The caller holds the home's lock. */
  static readonly layer = (filename: string) => Layer.scoped(StepLedger, make(filename))
}

/** Raised with every change of the table; an older file is migrated, a newer one refused. */
const version = 1

const make = Effect.fnUntraced(function* (filename: string) {
  const sql = yield* open(filename)
  const decode = Schema.decodeUnknown(Schema.Array(LedgerEntry))
  const rows = (query: Effect.Effect<ReadonlyArray<unknown>, SqlError.SqlError>) =>
    Effect.orDie(Effect.flatMap(query, decode))
  return StepLedger.of({
    find: (id) => Effect.map(rows(sql`SELECT * FROM step WHERE id = ${id}`), (found) => Option.fromNullable(found[0])),
    list: rows(sql`SELECT * FROM step ORDER BY rowid`),
    record: (entry) => Effect.orDie(Effect.asVoid(sql`INSERT OR REPLACE INTO step ${sql.insert(entry)}`)),
  })
})

const open = (filename: string) =>
  Effect.gen(function* () {
    const sql: SqlClient.SqlClient = yield* SqliteClient.make({ filename })
    const [row] = yield* sql<{ readonly user_version: number }>`PRAGMA user_version`
    const found = row?.user_version ?? 0
    if (found > version) {
      const detail = `it is of format ${found}, and this version of understudy knows up to ${version}. Update understudy.`
      return yield* LedgerUnusable.make({ file: filename, detail })
    }
    yield* sql`PRAGMA synchronous = FULL`
    yield* sql`CREATE TABLE IF NOT EXISTS step (
      id TEXT PRIMARY KEY, stage TEXT NOT NULL, state TEXT NOT NULL, consumed TEXT NOT NULL,
      output TEXT, reason TEXT, advice TEXT, seconds REAL
    ) STRICT`
    yield* sql.unsafe(`PRAGMA user_version = ${version}`)
    return sql
  }).pipe(
    Effect.catchAllDefect((defect) => Effect.fail(defect)),
    Effect.mapError((error) =>
      error instanceof LedgerUnusable
        ? error
        : LedgerUnusable.make({
            file: filename,
            detail: `it can't be opened as a database (${cause(error)}). Move it away; the artifacts stay valid.`,
          }),
    ),
    Effect.provide(Reactivity.layer),
  )

const cause = (error: unknown): string =>
  error instanceof SqlError.SqlError ? cause(error.cause) : error instanceof Error ? error.message : String(error)
