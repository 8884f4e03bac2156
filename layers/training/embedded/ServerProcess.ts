/** One start of the embedded server's processes: spawned, reported ready, ended with its scope. */
import { FileSystem, Path } from "@effect/platform"
import { Deferred, Duration, Effect, Option, Schema } from "effect"
import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { randomUUID } from "node:crypto"
import { closeSync, openSync } from "node:fs"
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
  const offset = yield* fs.stat(command.logPath).pipe(
    Effect.map(({ size }) => Number(size)),
    Effect.orElseSucceed(() => 0),
  )
  yield* fs.makeDirectory(reports, { recursive: true }).pipe(Effect.orDie)
  yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(reports, { recursive: true })))
  const { ended } = yield* Effect.acquireRelease(launch(command, instance), stop)

  const lastLines = fs.readFile(command.logPath).pipe(
    Effect.map((bytes) => new TextDecoder().decode(bytes.subarray(offset)).trimEnd().split("\n").slice(-logLines)),
    Effect.orElseSucceed(() => []),
  )
  const died = Effect.gen(function* () {
    const exit = yield* Deferred.await(ended)
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

/** Looks again until there is something. */
export const awaitSome = Effect.fnUntraced(function* <A>(read: Effect.Effect<Option.Option<A>>) {
  while (true) {
    const found = yield* read
    if (Option.isSome(found)) return found.value
    yield* Effect.sleep(lookAgain)
  }
})

interface Launched {
  readonly child: ChildProcess
  readonly ended: Deferred.Deferred<string>
}

/** In a process group of its own, which the terminal's Ctrl-C does not reach. */
const launch = (command: ServerCommand, instance: string): Effect.Effect<Launched> =>
  Effect.gen(function* () {
    const ended = yield* Deferred.make<string>()
    const own = ["--instance", instance, "--folder", command.folder, "--port", String(command.port)]
    const child = yield* Effect.sync(() => {
      const log = openSync(command.logPath, "a")
      const started = spawn(command.python, [command.script, ...own, ...command.args], {
        cwd: command.folder,
        env: { ...command.env },
        detached: true,
        stdio: ["pipe", log, log],
      })
      closeSync(log)
      return started
    })
    const end = (how: string) => Deferred.unsafeDone(ended, Effect.succeed(how))
    child.stdin?.on("error", () => undefined)
    child.once("error", (error) => end(`could not be started: ${error.message}`))
    child.once("exit", (code, signal) => {
      // The API may be gone before its engine is.
      signalGroup(child, "SIGKILL")
      end(signal ?? `exit code ${code}`)
    })
    return { child, ended }
  })

const stop = ({ child, ended }: Launched) =>
  Effect.gen(function* () {
    signalGroup(child, "SIGTERM")
    // A finalizer can't be interrupted, so a time-out within it would wait for the end all the same.
    yield* Deferred.await(ended).pipe(Effect.interruptible, Effect.timeoutOption(grace))
    signalGroup(child, "SIGKILL")
    child.stdin?.destroy()
    yield* Deferred.await(ended)
  })

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group is gone already.
  }
}

/** As `serve.py` and `engine.py` give them. */
const exitCodes = { folderInUse: 70, portTaken: 71 }

const lookAgain: Duration.DurationInput = "100 millis"
/** From SIGTERM to SIGKILL. Nothing is lost by the latter: what counts is on disk. */
const grace: Duration.DurationInput = "2 seconds"
const logLines = 20
