/**
 * One writer for each home: a second SQLite file held in `BEGIN EXCLUSIVE`. The operating system drops the lock when
 * the process dies, `kill -9` included, so there is never a stale one to remove.
 */
import { Reactivity } from "@effect/experimental"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Layer, Schema } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Another process writes to this home. */
export class HomeInUse extends Schema.TaggedError<HomeInUse>()("HomeInUse", {
  home: Schema.String,
  holder: Schema.String,
}) {
  override get message() {
    return `${this.home} is in use by ${this.holder}. Wait for it or stop it, or give this run a home of its own with --home.`
  }
}

/** Holds the home's lock for the scope; fails at once with `HomeInUse` when another process has it. */
export const acquire = Effect.fn("ProcessLock.acquire")(function* (home: string) {
  const holder = join(home, "lock.holder")
  const inUse = Effect.sync(() => HomeInUse.make({ home, holder: describe(holder) }))
  const sql = yield* SqliteClient.make({ filename: join(home, "lock.db"), disableWAL: true }).pipe(
    Effect.provide(Reactivity.layer),
  )
  yield* sql.unsafe("PRAGMA busy_timeout = 0").pipe(
    Effect.zipRight(sql.unsafe("BEGIN EXCLUSIVE")),
    Effect.catchAll(() => Effect.flip(inUse)),
  )
  yield* Effect.sync(() => writeFileSync(holder, `process ${process.pid}, since ${new Date().toISOString()}`))
})

export const layer = (home: string) => Layer.scopedDiscard(acquire(home))

/** Only a help for people: the lock itself is the database's. */
const describe = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return "another process"
  }
}
