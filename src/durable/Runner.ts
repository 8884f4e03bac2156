/**
 * The durable engine on one machine: @effect/workflow over a single cluster runner and SQLite.
 * The address is fixed in code, never read from HOST or PORT; runner storage is in memory because the home's lock
 * already keeps a second writer out; a long registration time-out keeps runs of unknown stages from being failed.
 */
import { ClusterWorkflowEngine, RunnerAddress, SingleRunner } from "@effect/cluster"
import { SqliteClient } from "@effect/sql-sqlite-node"
import { Layer, Option } from "effect"

/** `filename` is a cache: deleting it costs seconds, since calls and outputs live in the journal. */
export const layer = (filename: string) =>
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
    Layer.provide(SqliteClient.layer({ filename })),
  )
