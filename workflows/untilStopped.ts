/** Work that something beside it may end. */
import { Deferred, Effect, Exit, Fiber, Option } from "effect"

/**
 * Runs `work` until it ends or `stop` does, whose failure or interruption then is the outcome. In every case, also when
 * it is interrupted itself, all that `work` holds is released first: a race would not wait for that.
 */
export const untilStopped = <A, E, R, E2, R2>(work: Effect.Effect<A, E, R>, stop: Effect.Effect<never, E2, R2>) =>
  Effect.gen(function* () {
    const stopped = yield* Deferred.make<Exit.Exit<never, E2>>()
    const working = yield* Effect.fork(work)
    const watching = yield* Effect.exit(stop).pipe(
      Effect.tap((exit) => Deferred.succeed(stopped, exit)),
      Effect.zipRight(Fiber.interrupt(working)),
      Effect.fork,
    )
    const ended = yield* Effect.onInterrupt(Fiber.await(working), () => Fiber.interrupt(working))
    const early = yield* Deferred.poll(stopped)
    yield* Fiber.interrupt(watching)
    if (Option.isSome(early)) return yield* Effect.flatten(early.value)
    return yield* ended
  })
