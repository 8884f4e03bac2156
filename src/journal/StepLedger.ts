/** What every step came to: which are done with which output, which are suspended and why. The truth for `plan`. */
import { Clock, Context, Effect, Layer, Option, Schema } from "effect"
import { existsSync } from "node:fs"
import * as Database from "./Database.ts"

const since2 = <A, I>(schema: Schema.Schema<A, I>, value: A) => Schema.optionalWith(schema, { default: () => value })

/** One row. `consumed` hashes the upstream outputs; `output` is the encoded output as JSON. Times in milliseconds. */
export const LedgerEntry = Schema.Struct({
  id: Schema.String,
  stage: Schema.String,
  /** `running` after a crash too: begun, and neither done nor suspended. */
  state: Schema.Literal("running", "done", "suspended"),
  consumed: Schema.String,
  output: Schema.NullOr(Schema.String),
  /** Of the failure that suspended it, transient, data or operator. */
  kind: since2(Schema.NullOr(Schema.String), null),
  reason: Schema.NullOr(Schema.String),
  advice: Schema.NullOr(Schema.String),
  /** Working time over all runs. What a killed run did after its last finished shard is not in it. */
  seconds: Schema.NullOr(Schema.Number),
  /** Hash of the stage's body, where no version of this package stands for it. */
  source: since2(Schema.NullOr(Schema.String), null),
  /** How often it was asked to be done anew. */
  attempt: since2(Schema.Int, 0),
  /** Starts since a shard was last finished or the run was stopped in order: deaths, when it is started again. */
  starts: since2(Schema.Int, 0),
  /** When it was first started, and when this row was last changed. */
  began: since2(Schema.NullOr(Schema.Number), null),
  updated: since2(Schema.NullOr(Schema.Number), null),
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

/** A state could not be kept, as when the disk is full. What was kept before is untouched. */
export class LedgerFailed extends Schema.TaggedError<LedgerFailed>()("LedgerFailed", {
  file: Schema.String,
  code: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    const advice = this.code === "SQLITE_FULL" ? "The disk is full: free some space" : "Check the disk"
    return `${this.file} can't be written (${this.detail}). ${advice} and run the same command again.`
  }
}

export class StepLedger extends Context.Tag("understudy/journal/StepLedger")<
  StepLedger,
  {
    readonly find: (id: string) => Effect.Effect<Option.Option<LedgerEntry>>
    /** In the order of their first start. */
    readonly list: Effect.Effect<ReadonlyArray<LedgerEntry>>
    /** Replaces all that was known of the step. `updated` is set to now. */
    readonly record: (entry: typeof LedgerEntry.Encoded) => Effect.Effect<void, LedgerFailed>
    /** A shard of a running step is finished, after so much working time. */
    readonly progress: (id: string, seconds: number) => Effect.Effect<void, LedgerFailed>
  }
>() {
  /** Opens or creates the ledger. The caller holds the home's lock. */
  static readonly layer = (filename: string) =>
    Layer.scoped(StepLedger, make(filename, Database.openWriter(filename, format)))

  /** Opens a ledger without writing to it; a file that isn't there is an empty ledger. Writing fails. */
  static readonly layerReader = (filename: string) =>
    Layer.scoped(
      StepLedger,
      make(
        filename,
        existsSync(filename) ? Database.openReader(filename, format) : Database.openWriter(":memory:", format),
      ),
    )
}

const columns = `id TEXT PRIMARY KEY, stage TEXT NOT NULL, state TEXT NOT NULL, consumed TEXT NOT NULL,
  output TEXT, reason TEXT, advice TEXT, seconds REAL`
const columnsSince2 = [
  "kind TEXT",
  "source TEXT",
  "attempt INTEGER NOT NULL DEFAULT 0",
  "starts INTEGER NOT NULL DEFAULT 0",
  "began INTEGER",
  "updated INTEGER",
]

const format: Database.Format = {
  version: 2,
  without: "Nothing is lost with it: the same command does its steps anew from the journal, without a call.",
  tables: [`CREATE TABLE IF NOT EXISTS step (${[columns, ...columnsSince2].join(", ")}) STRICT`],
  upgrades: [columnsSince2.map((column) => `ALTER TABLE step ADD COLUMN ${column}`)],
}

const make = <R>(file: string, opening: Effect.Effect<Database.Database, Database.DatabaseUnusable, R>) =>
  Effect.gen(function* () {
    const { run } = yield* Effect.mapError(opening, ({ file, detail }) => LedgerUnusable.make({ file, detail }))
    const decode = Schema.decodeUnknown(Schema.Array(LedgerEntry))
    const rows = (statement: string, ...parameters: ReadonlyArray<unknown>) =>
      Effect.orDie(Effect.flatMap(run(statement, parameters), decode))
    const write = (statement: string, values: (now: number) => ReadonlyArray<unknown>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => run(statement, values(now))).pipe(
        Effect.mapError((error) =>
          LedgerFailed.make({ file, code: Database.codeOf(error), detail: Database.causeOf(error) }),
        ),
        Effect.asVoid,
      )
    return StepLedger.of({
      find: (id) => Effect.map(rows("SELECT * FROM step WHERE id = ?", id), (found) => Option.fromNullable(found[0])),
      list: rows("SELECT * FROM step ORDER BY rowid"),
      record: (entry) => {
        const whole = Schema.decodeSync(LedgerEntry)(entry)
        return write(upsert, (now) => names.map((name) => (name === "updated" ? now : whole[name])))
      },
      progress: (id, seconds) =>
        write("UPDATE step SET starts = 0, seconds = ?, updated = ? WHERE id = ?", (now) => [seconds, now, id]),
    })
  })

const names = [
  "id",
  "stage",
  "state",
  "consumed",
  "output",
  "kind",
  "reason",
  "advice",
  "seconds",
  "source",
  "attempt",
  "starts",
  "began",
  "updated",
] as const

const upsert = `INSERT INTO step (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})
  ON CONFLICT (id) DO UPDATE SET ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`
