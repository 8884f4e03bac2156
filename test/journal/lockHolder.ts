/** Holds the lock of the home given until it is killed. */
import { Effect } from "effect"
import { acquire } from "../../src/journal/ProcessLock.ts"

const home = process.argv[2] ?? "."
await acquire(home).pipe(
  Effect.zipRight(Effect.sync(() => console.log("held"))),
  Effect.zipRight(Effect.never),
  Effect.scoped,
  Effect.runPromise,
)
