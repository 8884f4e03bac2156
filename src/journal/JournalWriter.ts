/**
 * Group commit: whatever is waiting is written in one transaction, and each caller goes on once it is on the disk.
 * SQLite would wait for the disk on this thread; here a thread of the pool does, and the next batch gathers meanwhile.
 */
import { Deferred, Effect, Exit, FiberId, Queue } from "effect"
import { close, fdatasync, open } from "node:fs"
import { JournalFailed, StorageFull } from "../domain/LlmError.ts"
import type { Accounts } from "./Accounts.ts"
import { causeOf, codeOf } from "./Database.ts"
import type { Database } from "./Database.ts"
import { changesOf, insert, keepAccount, plus } from "./JournalEntry.ts"
import type { Entry } from "./JournalEntry.ts"

export type JournalError = StorageFull | JournalFailed

export interface Writer {
  /**
   * Returns once the entry is durable; an attempt survives the end of this process from then on, and is on the disk with
   * the next answer. Not interruptible: what was paid for is kept.
   */
  readonly write: (entry: Entry) => Effect.Effect<void, JournalError>
  /** Kept with the next batch, nobody waits for it. */
  readonly later: (entry: Entry) => void
  /** How many batches were committed: a look-up that missed may be out of date once this has changed. */
  readonly commits: () => number
}

/** Writes until the scope closes, then writes what is left. */
export const make = Effect.fnUntraced(function* (database: Database, accounts: Accounts, session: number) {
  const queue = yield* Queue.unbounded<Pending>()
  const flush = yield* flusher(database)
  let commits = 0
  const write: Writer["write"] = (entry) =>
    Effect.uninterruptible(
      Effect.suspend(() => {
        const done = Deferred.unsafeMake<void, JournalError>(FiberId.none)
        queue.unsafeOffer({ entry, done })
        return Deferred.await(done)
      }),
    )
  const unflushed = yield* Queue.unbounded<Deferred.Deferred<void, JournalError>>()
  const commit = (batch: ReadonlyArray<Pending>) =>
    Effect.map(Effect.exit(transaction(database, accounts, session, batch)), (result) => {
      commits++
      for (const { entry, done } of batch) {
        if (done === undefined) continue
        if (Exit.isSuccess(result) && entry._tag !== "Attempt") unflushed.unsafeOffer(done)
        else Deferred.unsafeDone(done, result)
      }
    })
  yield* Queue.takeBetween(unflushed, 1, Number.POSITIVE_INFINITY).pipe(
    Effect.flatMap((waiting) =>
      Effect.uninterruptible(
        Effect.map(Effect.exit(flush), (result) => {
          for (const done of waiting) Deferred.unsafeDone(done, result)
        }),
      ),
    ),
    Effect.forever,
    Effect.forkScoped,
  )
  yield* Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      const first = yield* restore(Queue.take(queue))
      yield* eventLoopTurn
      yield* commit([first, ...(yield* Queue.takeUpTo(queue, maxBatch - 1))])
    }),
  ).pipe(Effect.forever, Effect.forkScoped)
  yield* Effect.addFinalizer(() => Effect.ignore(write({ _tag: "Flush" })))
  const writer: Writer = {
    write,
    later: (entry) => void queue.unsafeOffer({ entry, done: undefined }),
    commits: () => commits,
  }
  return writer
})

/** SQLite's failures as an operator understands them. */
export const journalError = (file: string, error: unknown): JournalError =>
  codeOf(error) === "SQLITE_FULL" ? StorageFull.make({ file }) : JournalFailed.make({ file, detail: causeOf(error) })

/**
 * Makes committed transactions durable, as `synchronous = FULL` would with each commit: by syncing the write-ahead log.
 * From here on SQLite itself syncs only at checkpoints.
 */
const flusher = ({ file, run }: Database) =>
  Effect.gen(function* () {
    yield* run("PRAGMA synchronous = NORMAL")
    const log = yield* Effect.acquireRelease(
      Effect.async<number, Error>((resume) =>
        open(`${file}-wal`, "r+", (error, fd) => resume(error === null ? Effect.succeed(fd) : Effect.fail(error))),
      ),
      (fd) => Effect.async<void>((resume) => close(fd, () => resume(Effect.void))),
    )
    return Effect.async<void, Error>((resume) =>
      fdatasync(log, (error) => resume(error === null ? Effect.void : Effect.fail(error))),
    ).pipe(Effect.mapError((error) => journalError(file, error)))
  }).pipe(Effect.mapError((error) => journalError(file, error)))

/** What arrives in one turn of the event loop goes into one batch. */
const eventLoopTurn = Effect.async<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

interface Pending {
  readonly entry: Entry
  readonly done: Deferred.Deferred<void, JournalError> | undefined
}

/**
 * Small: callers that wait for one batch are sent again together, are answered together, and would move in step ever
 * after. The disk is waited for by as many batches as there are.
 */
const maxBatch = 32

const transaction = (database: Database, accounts: Accounts, session: number, batch: ReadonlyArray<Pending>) => {
  const changes = changesOf(batch.map(({ entry }) => entry))
  const hits = accounts.takeHit()
  const touched = new Set([...changes.keys(), ...hits])
  return Effect.gen(function* () {
    yield* database.run("BEGIN IMMEDIATE")
    for (const account of touched) yield* keepAccount(database, account, changes.get(account))
    for (const { entry } of batch) yield* insert(database, session, entry)
    for (const { model, busyMs } of changes.size === 0 ? [] : accounts.pace()) {
      yield* database.run("INSERT OR REPLACE INTO pace VALUES (?, ?)", [model, busyMs])
    }
    yield* database.run("COMMIT")
    for (const [account, change] of changes) account.totals = plus(account.totals, change)
  }).pipe(
    Effect.catchAll((error) =>
      Effect.zipRight(Effect.ignore(database.run("ROLLBACK")), Effect.fail(journalError(database.file, error))),
    ),
  )
}
