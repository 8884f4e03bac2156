/**
 * Hands requests to a server: in full waves to SkyRL's JAX engine, as they come to one that batches by itself. The
 * former pads every batch to one size and looks for work ten times a second: a request that comes alone costs a whole
 * batch, and one of another shape a compilation.
 */
import { Deferred, Effect, Option, Queue } from "effect"
import type { Scope } from "effect"

export interface WaveOptions {
  /** Requests in a wave. */
  readonly size: number
  /** How long a wave that is not full waits for more, in milliseconds. */
  readonly quietMillis: number
}

/** No waves: so many requests under way at once. */
export interface StreamOptions {
  readonly atOnce: number
}

/** Requests of one kind share waves. */
export type Waves = <A, E>(kind: string, request: Effect.Effect<A, E>) => Effect.Effect<A, E>

/** A wave starts when the one before has ended. A request whose caller has gone still runs with its wave. */
export const makeWaves = (options: WaveOptions | StreamOptions): Effect.Effect<Waves, never, Scope.Scope> =>
  "atOnce" in options
    ? Effect.map(
        Effect.makeSemaphore(options.atOnce),
        ({ withPermits }): Waves =>
          (_kind, request) =>
            withPermits(1)(request),
      )
    : waves(options)

const waves = (options: WaveOptions): Effect.Effect<Waves, never, Scope.Scope> =>
  Effect.gen(function* () {
    const waiting: Array<Waiting> = []
    const arrived = yield* Queue.sliding<void>(1)
    yield* Effect.gen(function* () {
      while (waiting.length === 0) yield* Queue.take(arrived)
      const kind = mostFrequent(waiting)
      const ofKind = () => waiting.filter((one) => one.kind === kind)
      let more = true
      while (more && ofKind().length < options.size) {
        more = Option.isSome(yield* Effect.timeoutOption(Queue.take(arrived), options.quietMillis))
      }
      const wave = ofKind().slice(0, options.size)
      for (const one of wave) waiting.splice(waiting.indexOf(one), 1)
      yield* Effect.forEach(wave, ({ run }) => run, { concurrency: "unbounded", discard: true })
    }).pipe(Effect.forever, Effect.forkScoped)
    return (kind, request) =>
      Effect.gen(function* () {
        const answer = yield* Deferred.make<Success<typeof request>, Failure<typeof request>>()
        waiting.push({ kind, run: Effect.asVoid(Effect.intoDeferred(request, answer)) })
        yield* Queue.offer(arrived, undefined)
        return yield* Deferred.await(answer)
      })
  })

interface Waiting {
  readonly kind: string
  readonly run: Effect.Effect<void>
}

type Success<T> = T extends Effect.Effect<infer A, infer _E> ? A : never
type Failure<T> = T extends Effect.Effect<infer _A, infer E> ? E : never

const mostFrequent = (waiting: ReadonlyArray<Waiting>) => {
  const counts = new Map<string, number>()
  for (const { kind } of waiting) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
}
