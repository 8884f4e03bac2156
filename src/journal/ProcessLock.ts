/**
 * One writer for each home: a second SQLite file held in `BEGIN EXCLUSIVE`. The operating system drops the lock when
 * the process dies, `kill -9` included, so there is never a stale one to remove.
 */
import { Reactivity } from "@effect/experimental"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Exit, Layer, Option, Schema } from "effect"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { causeOf, codeOf } from "./Database.ts"

/** Another process writes to this home. */
export class HomeInUse extends Schema.TaggedError<HomeInUse>()("HomeInUse", {
  home: Schema.String,
  holder: Schema.String,
}) {
  override get message() {
    return `${this.home} is in use by ${this.holder}. Wait for it or stop it, or give this run a home of its own with --home.`
  }
}

/** The lock's file can't be made or used. */
export class LockUnusable extends Schema.TaggedError<LockUnusable>()("LockUnusable", {
  file: Schema.String,
  code: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    const advice = /^SQLITE_(NOTADB|CORRUPT)/.test(this.code)
      ? "It holds nothing: delete it"
      : "See that the disk has room and that the folder can be written"
    return `${this.file} can't be locked (${this.detail}). ${advice}, and run the same command again.`
  }
}

/** Holds the home's lock for the scope; fails with `HomeInUse` when another process has it. */
export const acquire = Effect.fn("ProcessLock.acquire")(function* (home: string) {
  const { database, holder } = files(home)
  const lock = Effect.gen(function* () {
    const sql = yield* SqliteClient.make({ filename: database, disableWAL: true })
    // Long enough for one who only looks at the lock (`holderOf`) to be gone.
    yield* sql.unsafe("PRAGMA busy_timeout = 200")
    yield* sql.unsafe("BEGIN EXCLUSIVE")
  })
  yield* lock.pipe(
    Effect.provide(Reactivity.layer),
    Effect.catchAllDefect((defect) => Effect.fail(defect)),
    Effect.mapError((error) =>
      /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error))
        ? HomeInUse.make({ home, holder: describe(holder) })
        : LockUnusable.make({ file: database, code: codeOf(error), detail: causeOf(error) }),
    ),
  )
  const text = `process ${process.pid}, since ${new Date().toISOString()}`
  yield* Effect.ignore(Effect.try(() => writeFileSync(holder, text)))
})

/** Who holds the home's lock now. Writes nothing. */
export const holderOf = Effect.fn("ProcessLock.holderOf")(function* (home: string) {
  const { database, holder } = files(home)
  if (!existsSync(database)) return Option.none<string>()
  // Nobody can read a database that another process holds exclusively.
  const read = Effect.gen(function* () {
    const sql = yield* SqliteClient.make({ filename: database, readonly: true, disableWAL: true })
    yield* sql.unsafe("PRAGMA busy_timeout = 0")
    yield* sql.unsafe("SELECT count(*) FROM sqlite_master")
  })
  const looked = yield* Effect.exit(Effect.scoped(Effect.provide(read, Reactivity.layer)))
  return Exit.isSuccess(looked) ? Option.none() : Option.some(describe(holder))
})

export const layer = (home: string) => Layer.scopedDiscard(acquire(home))

/** What the last holder of the lock said of itself. */
export const description = (home: string): string => describe(files(home).holder)

const files = (home: string) => ({ database: join(home, "lock.db"), holder: join(home, "lock.holder") })

/** Only a help for people: the lock itself is the database's. */
const describe = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    return "another process"
  }
}
