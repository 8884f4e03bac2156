/** What every step came to: which are done with which output, which are suspended and why. The truth for `plan`. */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { existsSync } from "node:fs"
import * as Database from "./Database.ts"

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
  static readonly layer = (filename: string) => Layer.scoped(StepLedger, make(Database.openWriter(filename, format)))

  /** Opens a ledger without writing to it; a file that isn't there is an empty ledger. `record` is a defect. */
  static readonly layerReader = (filename: string) =>
    Layer.scoped(
      StepLedger,
      make(existsSync(filename) ? Database.openReader(filename, format) : Database.openWriter(":memory:", format)),
    )
}

const format: Database.Format = {
  version: 1,
  tables: [
    `CREATE TABLE IF NOT EXISTS step (
      id TEXT PRIMARY KEY, stage TEXT NOT NULL, state TEXT NOT NULL, consumed TEXT NOT NULL,
      output TEXT, reason TEXT, advice TEXT, seconds REAL
    ) STRICT`,
  ],
}

const make = <R>(opening: Effect.Effect<Database.Database, Database.DatabaseUnusable, R>) =>
  Effect.gen(function* () {
    const { run } = yield* Effect.mapError(opening, ({ file, detail }) => LedgerUnusable.make({ file, detail }))
    const decode = Schema.decodeUnknown(Schema.Array(LedgerEntry))
    const rows = (statement: string, ...parameters: ReadonlyArray<unknown>) =>
      Effect.orDie(Effect.flatMap(run(statement, parameters), decode))
    return StepLedger.of({
      find: (id) => Effect.map(rows("SELECT * FROM step WHERE id = ?", id), (found) => Option.fromNullable(found[0])),
      list: rows("SELECT * FROM step ORDER BY rowid"),
      record: ({ id, stage, state, consumed, output, reason, advice, seconds }) =>
        Effect.orDie(Effect.asVoid(run(replace, [id, stage, state, consumed, output, reason, advice, seconds]))),
    })
  })

const replace = "INSERT OR REPLACE INTO step VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
