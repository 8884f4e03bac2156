/** Who has which of this machine's GPUs, and who has to make room for those that wait. First come, first served. */
import { Deferred, Effect, FiberId } from "effect"
import type { Scope } from "effect"

export interface Holder {
  readonly gpus: number
  /** Since when nobody has used it, in milliseconds since 1970; undefined while somebody does. */
  readonly idleSince: () => number | undefined
}

export interface GpuQueue {
  /** Waits until as many as it needs are free, and for those that asked before; the scope's end gives them back. */
  readonly take: (holder: Holder) => Effect.Effect<ReadonlyArray<string>, never, Scope.Scope>
  /** Waits until somebody waits. */
  readonly contended: Effect.Effect<void>
  /** Whether it is this holder's GPUs that the first in the queue waits for: the longest idle go first. */
  readonly isAsked: (holder: Holder) => boolean
}

/** `devices` as CUDA_VISIBLE_DEVICES names them. Asking for more than there are waits forever. */
export const makeGpuQueue = (devices: ReadonlyArray<string>): GpuQueue => {
  const free = [...devices]
  const held = new Map<Holder, ReadonlyArray<string>>()
  const waiting: Array<Request> = []
  let contention = Deferred.unsafeMake<void>(FiberId.none)

  const grant: Effect.Effect<void> = Effect.suspend(() => {
    const [first] = waiting
    if (first === undefined) {
      contention = Deferred.unsafeMake(FiberId.none)
      return Effect.void
    }
    if (first.holder.gpus > free.length) return Deferred.succeed(contention, undefined)
    waiting.shift()
    const given = free.splice(0, first.holder.gpus)
    held.set(first.holder, given)
    return Effect.zipRight(Deferred.succeed(first.granted, given), grant)
  })

  const giveBack = ({ holder }: Request) =>
    Effect.suspend(() => {
      free.push(...(held.get(holder) ?? []))
      free.sort((a, b) => devices.indexOf(a) - devices.indexOf(b))
      held.delete(holder)
      return grant
    })

  const withdraw = (request: Request) =>
    Effect.suspend(() => {
      const place = waiting.indexOf(request)
      if (place < 0) return giveBack(request)
      waiting.splice(place, 1)
      return grant
    })

  return {
    take: (holder) =>
      Effect.uninterruptibleMask((restore) =>
        Effect.gen(function* () {
          const request: Request = { holder, granted: Deferred.unsafeMake(FiberId.none) }
          waiting.push(request)
          yield* grant
          const given = yield* restore(Deferred.await(request.granted)).pipe(
            Effect.onInterrupt(() => withdraw(request)),
          )
          yield* Effect.addFinalizer(() => giveBack(request))
          return given
        }),
      ),
    contended: Effect.suspend(() => Deferred.await(contention)),
    isAsked: (holder) => {
      const [first] = waiting
      if (first === undefined) return false
      const since = (one: Holder) => one.idleSince() ?? Number.POSITIVE_INFINITY
      // Equal ones, such as all that are busy, stay in the order in which they got their GPUs.
      const candidates = [...held].sort(([a], [b]) => (since(a) === since(b) ? 0 : since(a) - since(b)))
      let coming = free.length
      for (const [one, given] of candidates) {
        if (coming >= first.holder.gpus) return false
        if (one === holder) return true
        coming += given.length
      }
      return false
    },
  }
}

interface Request {
  readonly holder: Holder
  readonly granted: Deferred.Deferred<ReadonlyArray<string>>
}
