/**
 * Hands requests to a server in full waves. The embedded engine pads every batch to one size and looks for work ten
 * times a second: a request that comes alone costs a whole batch, and one of another shape a compilation.
 */
import { Deferred, Effect, Queue } from "effect"
import type { Scope } from "effect"

export interface WaveOptions {
  /** Requests in a wave. */
  readonly size: number
  /** How long a wave that is not full waits for more, in milliseconds. */
  readonly quietMillis: number
}

export type Waves = <A, E>(request: Effect.Effect<A, E>) => Effect.Effect<A, E>

/** A wave starts when the one before has ended. A request whose caller has gone still runs with its wave. */
export const makeWaves = Effect.fn("SampleWaves.make")(function* ({ size, quietMillis }: WaveOptions) {
  const waiting = yield* Queue.unbounded<Effect.Effect<void>>()
  const more = Effect.fnUntraced(function* (wave: Array<Effect.Effect<void>>) {
    while (wave.length < size) {
      const next = yield* Effect.timeoutOption(Queue.take(waiting), quietMillis)
      if (next._tag === "None") return
      wave.push(next.value)
    }
  })
  yield* Effect.gen(function* () {
    const wave = [yield* Queue.take(waiting)]
    yield* more(wave)
    yield* Effect.all(wave, { concurrency: "unbounded", discard: true })
  }).pipe(Effect.forever, Effect.forkScoped)
  const inWave: Waves = (request) =>
    Effect.gen(function* () {
      const answer = yield* Deferred.make<Effect.Effect.Success<typeof request>, Effect.Effect.Error<typeof request>>()
      yield* Queue.offer(waiting, Effect.asVoid(Effect.intoDeferred(request, answer)))
      return yield* Deferred.await(answer)
    })
  return inWave
}) satisfies (options: WaveOptions) => Effect.Effect<Waves, never, Scope.Scope>
