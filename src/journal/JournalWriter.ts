/** Group commit: whatever is waiting is written in one transaction, and each caller goes on once it is on the disk. */
import { Deferred, Effect, Queue } from "effect"
import { JournalFailed, StorageFull } from "../domain/LlmError.ts"
import type { Accounts } from "./Accounts.ts"
import { causeOf, codeOf } from "./Database.ts"
import type { Database } from "./Database.ts"
import { changesOf, insert, keepAccount, plus } from "./JournalEntry.ts"
import type { Entry } from "./JournalEntry.ts"

export type JournalError = StorageFull | JournalFailed

export interface Writer {
  /** Returns once the entry is durable. Not interruptible: what was paid for is kept. */
  readonly write: (entry: Entry) => Effect.Effect<void, JournalError>
  /** Kept with the next batch, nobody waits for it. */
  readonly later: (entry: Entry) => void
  /** How many batches were committed: a look-up that missed may be out of date once this has changed. */
  readonly commits: () => number
}

/** Writes until the scope closes, then writes what is left. */
export const make = Effect.fnUntraced(function* (database: Database, accounts: Accounts, session: number) {
  const queue = yield* Queue.unbounded<Pending>()
  let commits = 0
  const write: Writer["write"] = (entry) =>
    Effect.uninterruptible(
      Effect.flatMap(Deferred.make<void, JournalError>(), (done) =>
        Effect.zipRight(Queue.offer(queue, { entry, done }), Deferred.await(done)),
      ),
    )
  const commit = (batch: ReadonlyArray<Pending>) =>
    Effect.gen(function* () {
      const result = yield* Effect.either(transaction(database, accounts, session, batch))
      commits++
      yield* Effect.forEach(batch, ({ done }) => (done === undefined ? Effect.void : Deferred.complete(done, result)), {
        discard: true,
      })
    })
  yield* Queue.takeBetween(queue, 1, maxBatch).pipe(
    Effect.flatMap((batch) => Effect.uninterruptible(commit([...batch]))),
    Effect.forever,
    Effect.forkScoped,
  )
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

interface Pending {
  readonly entry: Entry
  readonly done: Deferred.Deferred<void, JournalError> | undefined
}

/** Large enough for a crowd of callers, small enough not to keep the event loop for long. */
const maxBatch = 1024

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
