/**
 * How another process asks a run to stop: a file in its home that names the run by what its lock says of it, so that a
 * request that comes too late stops nobody else. The run looks for it every second.
 */
import { Effect, Option, Schedule } from "effect"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ProcessLock } from "../src/index.ts"

/** Asks the run that holds the home's lock to stop, and gives what the lock says of it. None where nothing runs. */
export const requestCancel = Effect.fn("requestCancel")(function* (home: string) {
  const holder = yield* ProcessLock.holderOf(home)
  if (Option.isSome(holder)) yield* Effect.try(() => writeFileSync(fileIn(home), holder.value))
  return holder
})

/** Waits until this process, which holds the lock, is asked to stop. */
export const cancelled = (home: string) =>
  Effect.sync(() => {
    const file = fileIn(home)
    if (!existsSync(file)) return false
    const mine = readFileSync(file, "utf8") === ProcessLock.description(home)
    rmSync(file, { force: true })
    return mine
  }).pipe(Effect.repeat({ until: (asked) => asked, schedule: Schedule.spaced("1 second") }), Effect.asVoid)

/** Waits until nobody holds the lock. */
export const awaitEnd = (home: string) =>
  Effect.repeat(ProcessLock.holderOf(home), { until: Option.isNone, schedule: Schedule.spaced("200 millis") })

const fileIn = (home: string) => join(home, "cancel")
