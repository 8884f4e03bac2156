/** Keeps a server up: starts it again when it dies, so many times within an hour, and says when it is down for good. */
import { Clock, Deferred, Duration, Effect, Exit, Option, Ref } from "effect"
import type { Scope } from "effect"

export interface Supervision<S, E, R> {
  /** One start, which succeeds when the server is ready. `before` is the one that died. */
  readonly start: (before: Option.Option<S>) => Effect.Effect<S, E, R | Scope.Scope>
  /** Fails when the server has ended; waits while it lives. */
  readonly died: (server: S) => Effect.Effect<never, E>
  /** How it died, where this is a death that a restart may mend. */
  readonly deathOf: (error: E) => string | undefined
  /** The error after so many restarts. */
  readonly after: (error: E, restarts: number) => E
  /** How many deaths within an hour are answered with a restart. Default 5. */
  readonly maxRestarts?: number | undefined
  /** Told before a restart. */
  readonly onRestart: (exit: string) => Effect.Effect<void>
}

export interface Supervised<S, E> {
  /** The server as it was last ready. */
  readonly server: Effect.Effect<S>
  readonly restarts: Effect.Effect<number>
  readonly lastExit: Effect.Effect<Option.Option<string>>
  /** Fails once the server is down for good; never succeeds. */
  readonly down: Effect.Effect<never, E>
  /** Waits until the server is up, as after a restart. */
  readonly ready: Effect.Effect<void, E>
}

/**
 * Succeeds when the server is ready. One that ends by itself before it ever was is not started again: something is wrong
 * with it. One that was killed is.
 */
export const supervise = Effect.fn("supervise")(function* <S, E, R>(options: Supervision<S, E, R>) {
  const first = yield* Deferred.make<S, E>()
  const current = yield* Ref.make(Option.none<S>())
  const counts = yield* Ref.make({ restarts: 0, lastExit: Option.none<string>() })
  const down = yield* Deferred.make<never, E>()
  const up = yield* Ref.make(yield* Deferred.make<void, E>())

  /** Succeeds with the death of a server that was up, fails with why one never was. */
  const lifetime = Effect.gen(function* () {
    const server = yield* options.start(yield* Ref.get(current))
    yield* Ref.set(current, Option.some(server))
    yield* Deferred.succeed(first, server)
    yield* Effect.flatMap(Ref.get(up), (deferred) => Deferred.succeed(deferred, undefined))
    return yield* Effect.flip(options.died(server))
  }).pipe(Effect.scoped)

  const keepUp = Effect.gen(function* () {
    const deaths: Array<number> = []
    while (true) {
      const outcome = yield* Effect.either(lifetime)
      const death = outcome._tag === "Right" ? outcome.right : outcome.left
      const exit = options.deathOf(death)
      const wasUp = outcome._tag === "Right" || deaths.length > 0
      const wasKilled = exit?.startsWith("SIG") === true
      if (exit === undefined || !(wasUp || wasKilled)) return yield* Effect.fail(death)
      const now = yield* Clock.currentTimeMillis
      deaths.push(now)
      const recent = deaths.filter((at) => at > now - Duration.toMillis("1 hour")).length
      const { restarts } = yield* Ref.updateAndGet(counts, (was) => ({ ...was, lastExit: Option.some(exit) }))
      if (recent > (options.maxRestarts ?? 5)) return yield* Effect.fail(options.after(death, restarts))
      if (outcome._tag === "Right") yield* Ref.set(up, yield* Deferred.make<void, E>())
      yield* Ref.update(counts, (was) => ({ ...was, restarts: was.restarts + 1 }))
      yield* options.onRestart(exit)
    }
  }).pipe(
    Effect.onExit((exit) =>
      Exit.isFailure(exit)
        ? Effect.all([
            Deferred.failCause(down, exit.cause),
            Deferred.failCause(first, exit.cause),
            Effect.flatMap(Ref.get(up), (deferred) => Deferred.failCause(deferred, exit.cause)),
          ])
        : Effect.void,
    ),
  )
  yield* Effect.forkScoped(keepUp)
  const started = yield* Deferred.await(first)
  const supervised: Supervised<S, E> = {
    server: Effect.map(
      Ref.get(current),
      Option.getOrElse(() => started),
    ),
    restarts: Effect.map(Ref.get(counts), ({ restarts }) => restarts),
    lastExit: Effect.map(Ref.get(counts), ({ lastExit }) => lastExit),
    down: Deferred.await(down),
    ready: Effect.flatMap(Ref.get(up), Deferred.await),
  }
  return supervised
})
