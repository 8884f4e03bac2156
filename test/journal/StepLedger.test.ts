import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Either, Option } from "effect"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { StepLedger } from "../../src/journal/StepLedger.ts"
import type { LedgerEntry } from "../../src/journal/StepLedger.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-ledger-"))
afterAll(() => rmSync(folder, { recursive: true }))

const use = <A, E>(name: string, work: (ledger: typeof StepLedger.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(StepLedger, work).pipe(
    Effect.provide(StepLedger.layer(join(folder, name))),
    Effect.either,
    Effect.runPromise,
  )

const entry: LedgerEntry = {
  id: "Train/v1-0",
  stage: "Train",
  state: "suspended",
  consumed: "c",
  output: null,
  reason: "No GPU.",
  advice: "Plug one in.",
  seconds: null,
  kind: "operator",
  source: "abc",
  attempt: 1,
  starts: 3,
  began: 1000,
  updated: null,
}

/** What the first format had; its home comes from a release, so the statements are written out. */
const format1 = [
  `CREATE TABLE step (id TEXT PRIMARY KEY, stage TEXT NOT NULL, state TEXT NOT NULL, consumed TEXT NOT NULL,
    output TEXT, reason TEXT, advice TEXT, seconds REAL) STRICT`,
  "INSERT INTO step VALUES ('Train/v1-0', 'Train', 'done', 'c', '{}', NULL, NULL, 1.5)",
  "PRAGMA user_version = 1",
]

const writeFormat1 = (filename: string) =>
  Effect.flatMap(SqliteClient.SqliteClient, (sql) => Effect.forEach(format1, (s) => sql.unsafe(s))).pipe(
    Effect.provide(SqliteClient.layer({ filename, disableWAL: true })),
    Effect.runPromise,
  )

/** Without the time of the last change. */
const timeless = (entry: LedgerEntry): LedgerEntry => ({ ...entry, updated: null })

describe("StepLedger", () => {
  it("keeps the last word on each step across openings", async () => {
    await use("kept.db", (ledger) => ledger.record(entry))
    const done: LedgerEntry = { ...entry, state: "done", output: "{}", reason: null, advice: null, seconds: 1.5 }
    await use("kept.db", (ledger) => ledger.record(done))
    const found = Either.getOrThrow(await use("kept.db", (ledger) => ledger.find(entry.id)))
    assert.deepEqual(Option.map(found, timeless), Option.some(done))
    assert.isNumber(Option.getOrThrow(found).updated)
    assert.deepEqual(Either.getOrThrow(await use("kept.db", (ledger) => ledger.list)).map(timeless), [done])
    assert.deepEqual(Either.getOrThrow(await use("kept.db", (ledger) => ledger.find("other"))), Option.none())
  })

  it("forgets deaths when a shard is finished", async () => {
    await use("deaths.db", (ledger) => ledger.record(entry))
    await use("deaths.db", (ledger) => ledger.progress(entry.id, 12))
    const [row] = Either.getOrThrow(await use("deaths.db", (ledger) => ledger.list))
    assert.deepEqual(row && timeless(row), { ...entry, starts: 0, seconds: 12 })
  })

  it("takes over a ledger of the first format, and reads it as it is", async () => {
    await writeFormat1(join(folder, "old.db"))
    const old = { ...entry, state: "done", output: "{}", reason: null, advice: null, seconds: 1.5 } as const
    const upgraded = { ...old, kind: null, source: null, attempt: 0, starts: 0, began: null }
    const read = Effect.flatMap(StepLedger, ({ list }) => list).pipe(
      Effect.provide(StepLedger.layerReader(join(folder, "old.db"))),
      Effect.runPromise,
    )
    assert.deepEqual(await read, [upgraded])
    assert.deepEqual(Either.getOrThrow(await use("old.db", (ledger) => ledger.list)), [upgraded])
    await use("old.db", (ledger) => ledger.record({ ...upgraded, attempt: 2 }))
    const [row] = Either.getOrThrow(await use("old.db", (ledger) => ledger.list))
    assert.strictEqual(row?.attempt, 2)
  })

  it("refuses a newer format and leaves it as it was", async () => {
    const filename = join(folder, "newer.db")
    await Effect.flatMap(SqliteClient.SqliteClient, (sql) => sql`PRAGMA user_version = 99`).pipe(
      Effect.provide(SqliteClient.layer({ filename, disableWAL: true })),
      Effect.runPromise,
    )
    const result = await use("newer.db", (ledger) => ledger.list)
    assert.match(Either.isLeft(result) ? result.left.message : "", /format 99.*Update understudy/)
  })

  it("says that a file is no database, and leaves it as it was", async () => {
    const filename = join(folder, "text.db")
    writeFileSync(filename, "not a database, but long enough to be read as one ".repeat(40))
    const before = readFileSync(filename, "utf8")
    const result = await use("text.db", (ledger) => ledger.list)
    assert.match(Either.isLeft(result) ? result.left.message : "", /text\.db: it can't be opened as a database/)
    assert.strictEqual(readFileSync(filename, "utf8"), before)
  })
})
