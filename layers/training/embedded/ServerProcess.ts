/** One start of the embedded server's processes: spawned, reported ready, ended with its scope. */
import { FileSystem, Path } from "@effect/platform"
import { Duration, Effect, Schema } from "effect"
import { randomUUID } from "node:crypto"
import { awaitSome, startGroup } from "../../supervision/ProcessGroup.ts"
import { FolderInUse, NotReady, PortTaken, TrainerDied } from "./EmbeddedErrors.ts"

export interface ServerCommand {
  readonly python: string
  /** The script and its arguments, without those that this module adds. */
  readonly script: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  /** Owned by the server: database, checkpoints, log. */
  readonly folder: string
  readonly logPath: string
  /** 0 for a free one. */
  readonly port: number
  readonly readyWithin: Duration.DurationInput
  readonly progress: (line: string) => Effect.Effect<void>
}

/** A server that answers and has loaded its model. */
export interface ServerProcess {
  readonly pid: number
  readonly port: number
  /** Its random name, which only this start answers with. */
  readonly instance: string
  /** Fails when it has ended; waits while it lives. */
  readonly died: Effect.Effect<never, PortTaken | FolderInUse | TrainerDied>
}

/**
 * Starts a server; the scope's end kills its process group. Should this process die without closing the scope, the
 * server sees its stdin close and kills the group itself.
 */
export const startServer = Effect.fn("startServer")(function* (command: ServerCommand) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const instance = randomUUID()
  const reports = path.join(command.folder, "instances", instance)
  yield* fs.makeDirectory(reports, { recursive: true }).pipe(Effect.orDie)
  yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(reports, { recursive: true })))
  const own = ["--instance", instance, "--folder", command.folder, "--port", String(command.port)]
  const { ended, lastLines } = yield* startGroup({
    file: command.python,
    args: [command.script, ...own, ...command.args],
    env: command.env,
    cwd: command.folder,
    logPath: command.logPath,
  })

  const died = Effect.gen(function* () {
    const exit = yield* ended
    if (exit === `exit code ${exitCodes.portTaken}`) return yield* PortTaken.make({ port: command.port })
    if (exit === `exit code ${exitCodes.folderInUse}`) return yield* FolderInUse.make({ folder: command.folder })
    return yield* TrainerDied.make({ exit, restarts: 0, logPath: command.logPath, lastLines: yield* lastLines })
  })
  const reported = <A, I>(waitingFor: "api" | "model", name: string, schema: Schema.Schema<A, I>) => {
    const read = fs
      .readFileString(path.join(reports, `${name}.json`))
      .pipe(Effect.flatMap(Schema.decode(Schema.parseJson(schema))), Effect.option)
    const seconds = Duration.toSeconds(command.readyWithin)
    return awaitSome(read).pipe(
      Effect.raceFirst(died),
      Effect.timeoutFail({
        duration: command.readyWithin,
        onTimeout: () => NotReady.make({ seconds, waitingFor, logPath: command.logPath }),
      }),
    )
  }
  yield* command.progress("starting the trainer")
  const api = yield* reported("api", "api", Schema.Struct({ pid: Schema.Int, port: Schema.Int }))
  yield* command.progress("the trainer loads its model")
  yield* reported("model", "engine", Schema.Struct({ pid: Schema.Int }))
  const server: ServerProcess = { pid: api.pid, port: api.port, instance, died }
  return server
})

/** As `serve.py` and `engine.py` give them. */
const exitCodes = { folderInUse: 70, portTaken: 71 }
