import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber } from "effect"
import { makeAdaptiveLimit } from "../../../layers/llm/AdaptiveLimit.ts"
import { RateLimited } from "../../../src/domain/LlmError.ts"

const pushedBack = RateLimited.make({ endpoint: "e", model: "m", detail: "429" })

describe("AdaptiveLimit", () => {
  it.effect("lets at most so many run, and all in the end", () =>
    Effect.gen(function* () {
      const limit = makeAdaptiveLimit({ max: 3 })
      let running = 0
      let most = 0
      const work = Effect.gen(function* () {
        most = Math.max(most, ++running)
        yield* Effect.yieldNow()
        running--
      })
      yield* Effect.forEach(Array.from({ length: 50 }), () => limit.withPermit("a")(work), {
        concurrency: "unbounded",
      })
      assert.strictEqual(most, 3)
      assert.deepEqual(yield* limit.state, { limit: 3, inUse: 0, waiting: 0 })
    }),
  )

  it.effect("cuts the limit once for a round of push-backs, then grows by one a round", () =>
    Effect.gen(function* () {
      const limit = makeAdaptiveLimit({ max: 100, initial: 10, decrease: 0.5 })
      const round = (outcome: Effect.Effect<void, RateLimited>, size: number) =>
        Effect.gen(function* () {
          const gate = yield* Deferred.make<void>()
          const fibers = yield* Effect.forEach(Array.from({ length: size }), () =>
            Effect.fork(Effect.exit(limit.withPermit("a")(Effect.zipRight(Deferred.await(gate), outcome)))),
          )
          yield* Effect.yieldNow()
          yield* Deferred.succeed(gate, undefined)
          yield* Fiber.joinAll(fibers)
          return (yield* limit.state).limit
        })
      assert.strictEqual(yield* round(Effect.fail(pushedBack), 10), 5)
      assert.strictEqual(yield* round(Effect.fail(pushedBack), 5), 2)
      const grown = yield* Effect.forEach([1, 2, 3, 4], () => round(Effect.void, 20))
      assert.isAbove(grown.at(-1)!, 2)
      assert.isBelow(grown.at(-1)!, 60)
      assert.deepEqual(
        grown,
        [...grown].sort((a, b) => a - b),
      )
    }),
  )

  it.effect("takes turns between partitions", () =>
    Effect.gen(function* () {
      const limit = makeAdaptiveLimit({ max: 1 })
      const order: Array<string> = []
      const gate = yield* Deferred.make<void>()
      const holder = yield* Effect.fork(limit.withPermit("a")(Deferred.await(gate)))
      yield* Effect.yieldNow()
      const waiting = yield* Effect.forEach(["a", "a", "a", "a", "b", "b"], (name) =>
        Effect.tap(Effect.fork(limit.withPermit(name)(Effect.sync(() => order.push(name)))), () => Effect.yieldNow()),
      )
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(holder)
      yield* Fiber.joinAll(waiting)
      assert.deepEqual(order, ["a", "b", "a", "b", "a", "a"])
    }),
  )

  it.effect("loses no permit to interrupted waiters", () =>
    Effect.gen(function* () {
      const limit = makeAdaptiveLimit({ max: 2 })
      const gate = yield* Deferred.make<void>()
      const fibers = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.fork(limit.withPermit("a")(Deferred.await(gate))),
      )
      yield* Effect.yieldNow()
      const exits = yield* Effect.forEach(fibers.slice(0, 15), Fiber.interrupt, { concurrency: "unbounded" })
      assert.isTrue(exits.every(Exit.isInterrupted))
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.joinAll(fibers.slice(15))
      assert.deepEqual(yield* limit.state, { limit: 2, inUse: 0, waiting: 0 })
    }),
  )

  it.live("bears a crowd of 100,000 waiting fibers", () =>
    Effect.gen(function* () {
      const limit = makeAdaptiveLimit({ max: 256 })
      let done = 0
      const work = Effect.zipRight(
        Effect.yieldNow(),
        Effect.sync(() => done++),
      )
      const before = process.memoryUsage().heapUsed
      yield* Effect.forEach(Array.from({ length: 100_000 }), () => limit.withPermit("a")(work), {
        concurrency: "unbounded",
        discard: true,
      })
      assert.strictEqual(done, 100_000)
      assert.isBelow((process.memoryUsage().heapUsed - before) / 2 ** 20, 1500)
    }),
  )
})
