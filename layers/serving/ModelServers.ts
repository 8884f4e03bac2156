/**
 * The model servers of a run: each is started when its endpoint is first asked, waits for GPUs while others have them,
 * makes room when it is idle and another waits, and ends with the scope.
 */
import type { FileSystem, HttpClient } from "@effect/platform"
import { Cause, Clock, Deferred, Duration, Effect, FiberId, Option } from "effect"
import type { Redacted, Scope } from "effect"
import { join } from "node:path"
import type { Upkeep } from "../llm/Upkeep.ts"
import { makeGpuQueue } from "./GpuQueue.ts"
import type { GpuQueue, Holder } from "./GpuQueue.ts"
import { freePort, make as makeServer } from "./ModelServer.ts"
import type { RunningModelServer } from "./ModelServer.ts"
import type { Placed } from "./serveCommand.ts"
import { adaptersOf, gpusOf } from "./ServeSpec.ts"
import type { Adapter, ServeSpec } from "./ServeSpec.ts"
import { TooManyGpus } from "./ServingErrors.ts"
import type { AdapterUnusable, ServingError } from "./ServingErrors.ts"

export interface ServedEndpoint {
  readonly spec: ServeSpec
  readonly key?: Redacted.Redacted | undefined
}

export interface ModelServersOptions {
  /** By the endpoints' names. */
  readonly endpoints: Readonly<Record<string, ServedEndpoint>>
  /** Those that servers may use, as CUDA_VISIBLE_DEVICES names them. */
  readonly gpus: ReadonlyArray<string>
  /** For the servers' logs. */
  readonly folder: string
  /** Where the weights of an adapter lie, in PEFT's format. */
  readonly adapter: (name: string, adapter: Adapter) => Effect.Effect<Placed["adapters"][string], AdapterUnusable>
  /** Environment variables that no server gets. */
  readonly keyVariables?: ReadonlySet<string>
  /** One line for people. */
  readonly onProgress?: (line: string) => Effect.Effect<void>
  /** How long nobody asks a server before it makes room for one that waits. Default 5 seconds. */
  readonly idle?: Duration.DurationInput
  /** How long a server that is always asked keeps one that waits from its GPUs. Default 10 minutes. */
  readonly turn?: Duration.DurationInput
}

export interface ServedUpkeep extends Upkeep {
  /** With `/v1`; nobody listens there before the endpoint is asked. */
  readonly url: string
}

/** Chooses the ports; starts nothing yet. */
export const make = Effect.fn("ModelServers.make")(function* (options: ModelServersOptions) {
  const context = yield* Effect.context<FileSystem.FileSystem | HttpClient.HttpClient | Scope.Scope>()
  const scope = yield* Effect.scope
  const queue = makeGpuQueue(options.gpus)
  const upkeeps: Record<string, ServedUpkeep> = {}
  for (const [name, served] of Object.entries(options.endpoints)) {
    const port = served.spec.port ?? (yield* freePort)
    const entry = makeEntry(name, served, port)
    const turn = yield* Effect.makeSemaphore(1)
    // The one before may still be ending.
    const live = turn
      .withPermits(1)(Effect.scoped(life(entry, queue, options)))
      // Calls start it in a region that can't be interrupted.
      .pipe(Effect.interruptible, Effect.provide(context))
    upkeeps[name] = { url: `http://127.0.0.1:${port}/v1`, ...upkeepOf(entry, Effect.forkIn(live, scope)) }
  }
  return upkeeps as Readonly<Record<string, ServedUpkeep>>
})

interface Entry extends Holder {
  readonly name: string
  readonly served: ServedEndpoint
  readonly port: number
  /** Calls that use the server now. */
  calls: number
  lastCall: number
  /** The server that takes calls. */
  server: RunningModelServer | undefined
  /** Of a server that was asked for and isn't there yet. */
  coming: Deferred.Deferred<void, ServingError> | undefined
  /** A failure that is told to everyone for a while, instead of being waited for again and again. */
  failed: { readonly error: ServingError; readonly until: number } | undefined
}

const makeEntry = (name: string, served: ServedEndpoint, port: number): Entry => {
  const entry: Entry = {
    name,
    served,
    port,
    gpus: gpusOf(served.spec),
    calls: 0,
    lastCall: 0,
    server: undefined,
    coming: undefined,
    failed: undefined,
    idleSince: () => (entry.calls > 0 || entry.server === undefined ? undefined : entry.lastCall),
  }
  return entry
}

const upkeepOf = (entry: Entry, start: Effect.Effect<unknown>): Upkeep => {
  const enter = (
    restore: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>,
  ): Effect.Effect<RunningModelServer, ServingError> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (entry.server !== undefined) {
        entry.calls++
        return Effect.succeed(entry.server)
      }
      if (entry.failed !== undefined && now < entry.failed.until) return Effect.fail(entry.failed.error)
      const wait = entry.coming ?? Deferred.unsafeMake<void, ServingError>(FiberId.none)
      const begin = entry.coming === undefined ? start : Effect.void
      entry.coming = wait
      return begin.pipe(
        Effect.zipRight(restore(Deferred.await(wait))),
        Effect.zipRight(Effect.suspend(() => enter(restore))),
      )
    })
  const leave = Effect.map(Clock.currentTimeMillis, (now) => {
    entry.calls--
    entry.lastCall = now
  })
  return {
    during: (use, failed) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(
          Effect.mapError(enter(restore), ({ message }) => failed(message)),
          ({ ready }) => Effect.ensuring(restore(use(Effect.mapError(ready, ({ message }) => failed(message)))), leave),
        ),
      ),
  }
}

/** From the wait for GPUs to the end of the server. Never fails: those who wait are told. */
const life = (entry: Entry, queue: GpuQueue, options: ModelServersOptions) =>
  Effect.gen(function* () {
    const { name, served, port } = entry
    const { folder, keyVariables, onProgress } = options
    const declared = options.gpus.length
    if (entry.gpus > declared) return yield* TooManyGpus.make({ endpoint: name, asked: entry.gpus, declared })
    const adapters: Record<string, Placed["adapters"][string]> = {}
    for (const [adapter, weights] of Object.entries(adaptersOf(served.spec))) {
      adapters[adapter] = yield* options.adapter(adapter, weights)
    }
    const devices = entry.gpus === 0 ? [] : yield* queue.take(entry)
    const server = yield* makeServer({
      name,
      port,
      devices,
      adapters,
      spec: served.spec,
      key: served.key,
      logPath: join(folder, `${name.replaceAll(/[^\w.-]/g, "_")}.log`),
      ...(keyVariables && { keyVariables }),
      ...(onProgress && { onProgress }),
    })
    const since = yield* Clock.currentTimeMillis
    entry.lastCall = since
    entry.server = server
    if (entry.coming !== undefined) yield* Deferred.succeed(entry.coming, undefined)
    entry.coming = undefined
    yield* Effect.raceFirst(server.down, entry.gpus === 0 ? Effect.never : makesRoom(entry, queue, since, options))
    yield* onProgress?.(`the server of endpoint ${name} makes room for another`) ?? Effect.void
  }).pipe(
    Effect.catchAllCause((cause) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const { coming } = entry
        entry.server = undefined
        entry.coming = undefined
        entry.failed = Option.match(Cause.failureOption(cause), {
          onNone: () => undefined,
          onSome: (error) => ({ error, until: now + Duration.toMillis(failureHolds) }),
        })
        return coming === undefined ? Effect.void : Deferred.failCause(coming, cause)
      }),
    ),
  )

/** Succeeds when the server takes no more calls, has none, and another waits for its GPUs. */
const makesRoom = Effect.fnUntraced(function* (
  entry: Entry,
  queue: GpuQueue,
  since: number,
  options: ModelServersOptions,
) {
  const idle = Duration.toMillis(options.idle ?? "5 seconds")
  const turn = Duration.toMillis(options.turn ?? "10 minutes")
  const look = Math.min(Math.max(idle, 10), 1000)
  while (true) {
    yield* queue.contended
    const now = yield* Clock.currentTimeMillis
    const idleFor = now - (entry.idleSince() ?? now)
    if (queue.isAsked(entry) && (idleFor >= idle || now - since >= turn)) break
    yield* Effect.sleep(look)
  }
  entry.server = undefined
  while (entry.calls > 0) yield* Effect.sleep(look)
})

const failureHolds: Duration.DurationInput = "1 minute"
