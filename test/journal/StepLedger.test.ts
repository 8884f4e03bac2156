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

const use = <A>(name: string, work: (ledger: typeof StepLedger.Service) => Effect.Effect<A>) =>
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
}

describe("StepLedger", () => {
  it("keeps the last word on each step across openings", async () => {
    await use("kept.db", (ledger) => ledger.record(entry))
    const done: LedgerEntry = { ...entry, state: "done", output: "{}", reason: null, advice: null, seconds: 1.5 }
    await use("kept.db", (ledger) => ledger.record(done))
    assert.deepEqual(Either.getOrThrow(await use("kept.db", (ledger) => ledger.find(entry.id))), Option.some(done))
    assert.deepEqual(Either.getOrThrow(await use("kept.db", (ledger) => ledger.list)), [done])
    assert.deepEqual(Either.getOrThrow(await use("kept.db", (ledger) => ledger.find("other"))), Option.none())
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
