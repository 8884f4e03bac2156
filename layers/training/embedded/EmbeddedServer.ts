/**
 * The training server of this machine, as a scoped resource: SkyRL's Tinker API on a loopback port, with the embedded
 * model. It is started again when it dies, and ends with its scope or with this process, however that ends.
 */
import { FileSystem, HttpClient, Path } from "@effect/platform"
import { Clock, Context, Deferred, Duration, Effect, Exit, Layer, Option, Ref } from "effect"
import { NotReady, PortTaken, TrainerDied } from "./EmbeddedErrors.ts"
import type { EmbeddedError } from "./EmbeddedErrors.ts"
import type { EmbeddedInstall } from "./EmbeddedInstall.ts"
import { serverCommand } from "./ServerCommand.ts"
import type { JaxSettings } from "./ServerCommand.ts"
import { awaitSome, startServer } from "./ServerProcess.ts"
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
  const state = yield* Ref.make<State>({ pid: 0, port: options.port ?? 0, restarts: 0, lastExit: Option.none() })
  const down = yield* Deferred.make<never, EmbeddedError>()
  const up = yield* Ref.make(yield* Deferred.make<void, EmbeddedError>())
  const ready = Effect.flatMap(Ref.get(up), Deferred.await)

  /** Succeeds with the death of a server that was up, fails with why one never was. */
  const lifetime = Effect.gen(function* () {
    const server = yield* startServer({ ...command, port: (yield* Ref.get(state)).port })
    yield* answersAs(server, command)
    yield* Ref.update(state, (now) => ({ ...now, pid: server.pid, port: server.port }))
    yield* Effect.flatMap(Ref.get(up), (deferred) => Deferred.succeed(deferred, undefined))
    yield* progress("the trainer is ready")
    return yield* Effect.flip(server.died)
  }).pipe(Effect.scoped)

  const supervise = Effect.gen(function* () {
    const deaths: Array<number> = []
    while (true) {
      const outcome = yield* Effect.either(lifetime)
      const death = outcome._tag === "Right" ? outcome.right : outcome.left
      const wasUp = outcome._tag === "Right" || deaths.length > 0
      if (!wasUp || death._tag !== "TrainerDied") return yield* death
      const now = yield* Clock.currentTimeMillis
      deaths.push(now)
      const recent = deaths.filter((at) => at > now - Duration.toMillis("1 hour")).length
      const { restarts } = yield* Ref.updateAndGet(state, (was) => ({ ...was, lastExit: Option.some(death.exit) }))
      if (recent > (options.maxRestarts ?? 5)) return yield* TrainerDied.make({ ...death, restarts })
      if (outcome._tag === "Right") yield* Ref.set(up, yield* Deferred.make<void, EmbeddedError>())
      yield* Ref.update(state, (was) => ({ ...was, restarts: was.restarts + 1 }))
      yield* progress(`the trainer died (${death.exit}) and is started again`)
    }
  }).pipe(
    Effect.onExit((exit) =>
      Exit.isFailure(exit)
        ? Effect.zipRight(
            Deferred.failCause(down, exit.cause),
            Effect.flatMap(Ref.get(up), (deferred) => Deferred.failCause(deferred, exit.cause)),
          )
        : Effect.void,
    ),
  )
  yield* Effect.forkScoped(supervise)
  yield* ready
  const { port } = yield* Ref.get(state)
  const server: RunningServer = {
    url: `http://127.0.0.1:${port}`,
    logPath,
    model: options.install.model,
    pid: Effect.map(Ref.get(state), ({ pid }) => pid),
    restarts: Effect.map(Ref.get(state), ({ restarts }) => restarts),
    lastExit: Effect.map(Ref.get(state), ({ lastExit }) => lastExit),
    down: Deferred.await(down),
    ready,
  }
  return server
})

interface State {
  readonly pid: number
  readonly port: number
  readonly restarts: number
  readonly lastExit: Option.Option<string>
}

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
