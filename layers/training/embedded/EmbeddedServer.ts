/**
 * The training server of this machine, as a scoped resource: SkyRL's Tinker API on a loopback port, with the embedded
 * model. It is started again when it dies, and ends with its scope or with this process, however that ends.
 */
import { FileSystem, HttpClient, Path } from "@effect/platform"
import { Context, Duration, Effect, Layer, Option } from "effect"
import { awaitSome } from "../../supervision/ProcessGroup.ts"
import { supervise } from "../../supervision/supervise.ts"
import { NotReady, PortTaken, TrainerDied } from "./EmbeddedErrors.ts"
import type { EmbeddedError } from "./EmbeddedErrors.ts"
import type { EmbeddedInstall } from "./EmbeddedInstall.ts"
import { serverCommand } from "./ServerCommand.ts"
import type { JaxSettings } from "./ServerCommand.ts"
import { startServer } from "./ServerProcess.ts"
import type { ServerProcess } from "./ServerProcess.ts"

export interface EmbeddedServerOptions {
  readonly install: EmbeddedInstall
  /** Of this server alone. Keeps its database, checkpoints and log from one start to the next. */
  readonly folder: string
  /** Default: a free one. It stays the same over restarts. */
  readonly port?: number
  readonly settings?: Partial<JaxSettings>
  /** How many deaths within an hour are answered with a restart. Default 5. */
  readonly maxRestarts?: number
  /** How long each part of a start may take. Default 5 minutes. */
  readonly readyWithin?: Duration.DurationInput
  /** One line for people. */
  readonly onProgress?: (line: string) => Effect.Effect<void>
}

export interface RunningServer {
  /** Without `/api/v1`. */
  readonly url: string
  readonly logPath: string
  /** The name and folder of the one model that it serves and trains. */
  readonly model: EmbeddedInstall["model"]
  /** Of the API process, which leads the process group. */
  readonly pid: Effect.Effect<number>
  readonly restarts: Effect.Effect<number>
  readonly lastExit: Effect.Effect<Option.Option<string>>
  /** Fails once the server is down for good; never succeeds. */
  readonly down: Effect.Effect<never, EmbeddedError>
  /** Waits until the server is up, as after a restart. */
  readonly ready: Effect.Effect<void, EmbeddedError>
}

export class EmbeddedServer extends Context.Tag("understudy/layers/training/embedded/EmbeddedServer")<
  EmbeddedServer,
  RunningServer
>() {
  static readonly layer = (options: EmbeddedServerOptions) => Layer.scoped(this, make(options))
}

/** Succeeds when the server answers and has loaded its model. */
export const make = Effect.fn("EmbeddedServer.make")(function* (options: EmbeddedServerOptions) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = path.resolve(options.folder)
  const logPath = path.join(folder, "server.log")
  for (const inside of ["checkpoints", "tmp"]) {
    yield* fs.makeDirectory(path.join(folder, inside), { recursive: true }).pipe(Effect.orDie)
  }
  const progress = options.onProgress ?? (() => Effect.void)
  const command = {
    ...serverCommand({ install: options.install, settings: options.settings, folder }, path),
    folder,
    logPath,
    readyWithin: options.readyWithin ?? "5 minutes",
    progress,
  }
  const { server, ...supervised } = yield* supervise<
    ServerProcess,
    EmbeddedError,
    FileSystem.FileSystem | Path.Path | HttpClient.HttpClient
  >({
    start: (before) =>
      Effect.gen(function* () {
        const port = Option.match(before, { onNone: () => options.port ?? 0, onSome: (last) => last.port })
        const started = yield* startServer({ ...command, port })
        yield* answersAs(started, command)
        yield* progress("the trainer is ready")
        return started
      }),
    died: ({ died }) => died,
    deathOf: (error) => (error._tag === "TrainerDied" ? error.exit : undefined),
    after: (error, restarts) => (error._tag === "TrainerDied" ? TrainerDied.make({ ...error, restarts }) : error),
    maxRestarts: options.maxRestarts,
    onRestart: (exit) => progress(`the trainer died (${exit}) and is started again`),
  })
  const { port } = yield* server
  const running: RunningServer = {
    url: `http://127.0.0.1:${port}`,
    logPath,
    model: options.install.model,
    pid: Effect.map(server, ({ pid }) => pid),
    ...supervised,
  }
  return running
})

/** The answer comes from the process just started, and from no other that happens to listen there. */
const answersAs = Effect.fnUntraced(function* (
  { port, instance, died }: ServerProcess,
  { readyWithin, logPath }: { readonly readyWithin: Duration.DurationInput; readonly logPath: string },
) {
  const http = yield* HttpClient.HttpClient
  const seconds = Duration.toSeconds(readyWithin)
  const ask = http.get(`http://127.0.0.1:${port}/understudy/instance`).pipe(
    Effect.flatMap((response) => response.text),
    Effect.option,
  )
  const text = yield* awaitSome(ask).pipe(
    Effect.raceFirst(died),
    Effect.timeoutFail({
      duration: readyWithin,
      onTimeout: () => NotReady.make({ seconds, waitingFor: "api", logPath }),
    }),
  )
  if (!text.includes(instance)) return yield* PortTaken.make({ port })
})
