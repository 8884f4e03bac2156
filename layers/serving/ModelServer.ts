/**
 * One model server of this machine as a scoped resource: started, waited for until it lists its models, started again
 * when it dies, ended with its scope or with this process, however that ends.
 */
import { FileSystem, HttpClient, HttpClientRequest } from "@effect/platform"
import { Context, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { accessSync, constants, statSync } from "node:fs"
import { createServer } from "node:net"
import { delimiter, dirname, resolve } from "node:path"
import { awaitSome, startGroup, watched } from "../supervision/ProcessGroup.ts"
import { supervise } from "../supervision/supervise.ts"
import { serveCommand, serveEnvironment } from "./serveCommand.ts"
import type { Placed } from "./serveCommand.ts"
import { namesOf } from "./ServeSpec.ts"
import type { ServeSpec } from "./ServeSpec.ts"
import { ServerDied, ServerNotFound, ServerNotReady, ServerPortTaken } from "./ServingErrors.ts"
import type { ServingError } from "./ServingErrors.ts"

export interface ModelServerOptions extends Omit<Placed, "adapters"> {
  /** The endpoint that it is for. */
  readonly name: string
  readonly spec: ServeSpec
  readonly adapters?: Placed["adapters"]
  /** What it prints is appended here. */
  readonly logPath: string
  /** What requests have to carry, where the endpoint names a key. */
  readonly key?: Redacted.Redacted | undefined
  /** Environment variables that it does not get. */
  readonly keyVariables?: ReadonlySet<string>
  /** One line for people. */
  readonly onProgress?: (line: string) => Effect.Effect<void>
}

export interface RunningModelServer {
  /** With `/v1`. It stays the same over restarts. */
  readonly url: string
  readonly logPath: string
  readonly pid: Effect.Effect<number>
  readonly restarts: Effect.Effect<number>
  readonly lastExit: Effect.Effect<Option.Option<string>>
  /** Fails once the server is down for good; never succeeds. */
  readonly down: Effect.Effect<never, ServingError>
  /** Waits until the server is up, as after a restart. */
  readonly ready: Effect.Effect<void, ServingError>
}

export class ModelServer extends Context.Tag("understudy/layers/serving/ModelServer")<
  ModelServer,
  RunningModelServer
>() {
  static readonly layer = (options: ModelServerOptions) => Layer.scoped(this, make(options))
}

/** Succeeds when the server lists its models. */
export const make = Effect.fn("ModelServer.make")(function* (options: ModelServerOptions) {
  const { name, spec, port, devices, logPath, adapters = {}, onProgress = () => Effect.void } = options
  const fs = yield* FileSystem.FileSystem
  yield* fs.makeDirectory(dirname(logPath), { recursive: true }).pipe(Effect.orDie)
  const [file, ...args] = serveCommand(spec, { port, devices, adapters })
  const program = yield* findProgram(name, file)
  const on = devices.length === 0 ? "the CPU" : `GPU ${devices.join(", ")}`
  const start = Effect.gen(function* () {
    yield* refuseTaken(name, port)
    yield* onProgress(`starting the server of endpoint ${name} (${spec.model}) on ${on}`)
    const group = yield* startGroup(
      watched({
        file: program,
        args,
        env: serveEnvironment(spec, { devices }, options.keyVariables ?? new Set()),
        cwd: dirname(logPath),
        logPath,
        grace: "10 seconds",
      }),
    )
    const died = Effect.gen(function* () {
      const exit = yield* group.ended
      return yield* ServerDied.make({ endpoint: name, exit, restarts: 0, logPath, lastLines: yield* group.lastLines })
    })
    yield* Effect.raceFirst(listsModels(options), died)
    yield* onProgress(`the server of endpoint ${name} is ready`)
    return { pid: group.pid ?? 0, died }
  })
  const { server, ...supervised } = yield* supervise<
    Effect.Effect.Success<typeof start>,
    ServingError,
    FileSystem.FileSystem | HttpClient.HttpClient
  >({
    start: () => start,
    died: ({ died }) => died,
    deathOf: (error) => (error._tag === "ServerDied" ? error.exit : undefined),
    after: (error, restarts) => (error._tag === "ServerDied" ? ServerDied.make({ ...error, restarts }) : error),
    maxRestarts: spec.maxRestarts,
    onRestart: (exit) => onProgress(`the server of endpoint ${name} died (${exit}) and is started again`),
  })
  const running: RunningModelServer = {
    url: `http://127.0.0.1:${port}/v1`,
    logPath,
    pid: Effect.map(server, ({ pid }) => pid),
    ...supervised,
  }
  return running
})

/** A port of 127.0.0.1 that nobody has. */
export const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const server = createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0)))
  })
})

const refuseTaken = (endpoint: string, port: number) =>
  Effect.async<void, ServerPortTaken>((resume) => {
    const server = createServer()
    server.once("error", () => resume(Effect.fail(ServerPortTaken.make({ endpoint, port }))))
    server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.void)))
  })

/** The full path of a program, as a shell would find it. */
export const findProgram = (endpoint: string, program: string): Effect.Effect<string, ServerNotFound> =>
  Effect.suspend(() => {
    const places = program.includes("/")
      ? [resolve(program)]
      : (process.env["PATH"] ?? "").split(delimiter).map((folder) => resolve(folder, program))
    const found = places.find(isExecutable)
    return found === undefined ? ServerNotFound.make({ endpoint, program }) : Effect.succeed(found)
  })

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Asks for the list of models until all that are served are in it. */
const listsModels = Effect.fnUntraced(function* ({ name, spec, port, logPath, key }: ModelServerOptions) {
  const http = yield* HttpClient.HttpClient
  const seconds = spec.readyWithinSeconds ?? 1800
  const wanted = namesOf(spec)
  let heard = "it answers no requests"
  const request = HttpClientRequest.get(`http://127.0.0.1:${port}/v1/models`)
  const ask = http.execute(key === undefined ? request : HttpClientRequest.bearerToken(request, key)).pipe(
    Effect.flatMap((response) => {
      heard = `it answers GET /v1/models with status ${response.status}`
      return response.json
    }),
    Effect.flatMap(Schema.decodeUnknown(Models)),
    Effect.timeout("10 seconds"),
    Effect.map(({ data }) => {
      const served = data.map(({ id }) => id)
      heard = `it serves ${served.join(", ") || "no models"}, and ${wanted.join(", ")} was waited for`
      return wanted.every((one) => served.includes(one)) ? Option.some(served) : Option.none()
    }),
    Effect.orElseSucceed(() => Option.none<ReadonlyArray<string>>()),
  )
  yield* awaitSome(ask).pipe(
    Effect.timeoutFail({
      duration: Duration.seconds(seconds),
      onTimeout: () => ServerNotReady.make({ endpoint: name, seconds, heard, logPath }),
    }),
  )
})

const Models = Schema.Struct({ data: Schema.Array(Schema.Struct({ id: Schema.String })) })
