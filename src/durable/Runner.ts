/**
 * The durable engine on one machine: @effect/workflow over a single cluster runner and SQLite.
 * The address is fixed in code, never read from HOST or PORT; runner storage is in memory because the home's lock
 * already keeps a second writer out; a long registration time-out keeps runs of unknown stages from being failed, and
 * its warnings about them every second are left out.
 */
import { ClusterWorkflowEngine, RunnerAddress, SingleRunner } from "@effect/cluster"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Clock, Effect, Layer, Logger, LogLevel, Option } from "effect"
import { existsSync, renameSync } from "node:fs"
import * as Database from "../journal/Database.ts"

/**
 * `filename` is a cache: losing it costs seconds, since calls and outputs live in the journal. A file that is damaged
 * or of another format is moved aside and made anew; `say` tells so. The caller holds the home's lock.
 */
export const layer = (filename: string, say: (line: string) => Effect.Effect<void> = () => Effect.void) =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(
      SingleRunner.layer({
        runnerStorage: "memory",
        shardingConfig: {
          runnerAddress: Option.some(RunnerAddress.make("localhost", 34431)),
          entityMessagePollInterval: "1 second",
          entityTerminationTimeout: "2 seconds",
          entityRegistrationTimeout: "3650 days",
        },
      }),
    ),
    Layer.provide(Layer.unwrapEffect(Effect.as(prepare(filename, say), SqliteClient.layer({ filename })))),
    Layer.provide(Logger.minimumLogLevel(LogLevel.Error)),
  )

/** Raised when executions are stored in another form than before. */
export const format: Database.Format = { version: 1, tables: [] }

/** Fails where the folder can't be written. */
const prepare = (filename: string, say: (line: string) => Effect.Effect<void>) => {
  const open = Effect.scoped(Database.openWriter(filename, format, { checkAll: true }))
  return Effect.catchIf(
    open,
    ({ kind }) => kind !== "unavailable",
    ({ detail }) =>
      Effect.gen(function* () {
        const aside = `${filename}.aside-${yield* Clock.currentTimeMillis}`
        yield* Effect.sync(() => {
          for (const end of ["", "-wal", "-shm", "-journal"]) {
            if (existsSync(`${filename}${end}`)) renameSync(`${filename}${end}`, `${aside}${end}`)
          }
        })
        yield* say(
          `${filename}: ${detail.split(". ")[0]}. It is only a cache: it was moved to ${aside} and is made anew.`,
        )
        yield* open
      }),
  )
}
