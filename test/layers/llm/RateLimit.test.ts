import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, TestClock } from "effect"
import { makeRateLimit } from "../../../layers/llm/RateLimit.ts"

/** When each of these requests goes, in milliseconds. */
const times = (limit: ReturnType<typeof makeRateLimit>, tokens: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(
      Effect.forEach(tokens, (size) => Effect.zipRight(limit.take(size), Clock.currentTimeMillis), {
        concurrency: "unbounded",
      }),
    )
    yield* TestClock.adjust("10 minutes")
    return yield* Fiber.join(fiber)
  })

describe("RateLimit", () => {
  it.effect("spreads requests over the minute after a first second's worth", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const at = yield* times(
        makeRateLimit({ requestsPerMinute: 120 }),
        Array.from({ length: 7 }, () => 0),
      )
      assert.deepEqual(
        at.map((time) => time - 3_600_000),
        [0, 0, 0, 500, 1000, 1500, 2000],
      )
    }),
  )

  it.effect("counts tokens, and takes back those that were not used", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const limit = makeRateLimit({ tokensPerMinute: 6000 })
      assert.deepEqual(yield* times(limit, [1000, 1000, 1000]), [3_600_000, 3_609_000, 3_619_000])
      const now = yield* Clock.currentTimeMillis
      yield* limit.take(1000)
      yield* limit.giveBack(950)
      const [next, later] = yield* times(limit, [100, 100])
      assert.deepEqual([next! - now, later! - now], [0, 500])
    }),
  )

  it.effect("holds everything back for as long as the server asks", () =>
    Effect.gen(function* () {
      const limit = makeRateLimit({})
      yield* limit.pause(30_000)
      assert.deepEqual(yield* times(limit, [1, 1]), [30_000, 30_000])
    }),
  )
})
