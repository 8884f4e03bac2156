/**
 * How many requests an endpoint gets at once: slow start, then additive increase while it answers and multiplicative
 * decrease when it pushes back (AIMD). A freed permit wakes exactly one waiter, so a crowd of waiting fibers is cheap;
 * Effect's semaphore would wake them all.
 */
import { Effect, Exit, MutableQueue } from "effect"

export interface AdaptiveLimit {
  /** Waiters of different partitions take turns; those of one are served in order. */
  readonly withPermit: (
    partition: string,
  ) => <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  readonly state: Effect.Effect<{ readonly limit: number; readonly inUse: number; readonly waiting: number }>
}

export interface AdaptiveLimitOptions {
  readonly max: number
  /** Where slow start begins. Default 256, or `max` if that is lower. */
  readonly initial?: number
  /** The limit after a push-back, as a share of that before. Default 0.7. */
  readonly decrease?: number
  /** Tags of the errors that are a push-back. */
  readonly pushBack?: ReadonlySet<string>
}

export const makeAdaptiveLimit = (options: AdaptiveLimitOptions): AdaptiveLimit => {
  const { max, decrease = 0.7, pushBack = overload } = options
  const waiters = makeWaiters()
  let limit = Math.min(options.initial ?? 256, max)
  let inUse = 0
  let cuts = 0

  const grant = () => {
    while (inUse < Math.floor(limit)) {
      const waiter = waiters.next()
      if (waiter === undefined) return
      inUse++
      waiter.state = "granted"
      waiter.resume(Effect.void)
    }
  }
  const release = () => {
    inUse--
    grant()
  }
  const acquire = (partition: string) =>
    Effect.suspend(() => {
      if (inUse < Math.floor(limit) && waiters.size() === 0) {
        inUse++
        return Effect.void
      }
      return Effect.async<void>((resume) => {
        const waiter: Waiter = { resume, state: "waiting" }
        waiters.add(partition, waiter)
        return Effect.sync(() => {
          if (waiter.state === "granted") release()
          else waiters.remove(waiter)
        })
      })
    })
  /** One round of requests cuts the limit once, however many of them were pushed back. */
  const adapt = (exit: Exit.Exit<unknown, { readonly _tag: string }>, startedAt: number) => {
    if (Exit.isSuccess(exit)) {
      // An unused limit says nothing about what the endpoint bears.
      if (inUse >= limit / 2) limit = Math.min(max, limit + (cuts === 0 ? 1 : 1 / limit))
      return
    }
    const { cause } = exit
    if (cause._tag !== "Fail" || !pushBack.has(cause.error._tag) || startedAt !== cuts) return
    cuts++
    limit = Math.max(1, limit * decrease)
  }

  return {
    withPermit: (partition) => (effect) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.flatMap(restore(acquire(partition)), () => {
          const startedAt = cuts
          return Effect.onExit(restore(effect), (exit) =>
            Effect.sync(() => {
              adapt(exit, startedAt)
              release()
            }),
          )
        }),
      ),
    state: Effect.sync(() => ({ limit: Math.floor(limit), inUse, waiting: waiters.size() })),
  }
}

const overload: ReadonlySet<string> = new Set(["RateLimited", "Unavailable"])

interface Waiter {
  readonly resume: (effect: Effect.Effect<void>) => void
  state: "waiting" | "granted" | "gone"
}

/** Queues by partition, served in turns. Leaving is constant time: who is gone is skipped later. */
const makeWaiters = () => {
  const queues = new Map<string, MutableQueue.MutableQueue<Waiter>>()
  let waiting = 0
  return {
    size: () => waiting,
    add: (partition: string, waiter: Waiter) => {
      const queue = queues.get(partition) ?? MutableQueue.unbounded<Waiter>()
      queues.set(partition, queue)
      MutableQueue.offer(queue, waiter)
      waiting++
    },
    remove: (waiter: Waiter) => {
      waiter.state = "gone"
      waiting--
    },
    next: (): Waiter | undefined => {
      for (const [partition, queue] of queues) {
        // Deleting and setting again puts the partition at the end of the round.
        queues.delete(partition)
        let waiter = MutableQueue.poll(queue, undefined)
        while (waiter?.state === "gone") waiter = MutableQueue.poll(queue, undefined)
        if (waiter === undefined) continue
        if (!MutableQueue.isEmpty(queue)) queues.set(partition, queue)
        waiting--
        return waiter
      }
      return undefined
    },
  }
}
