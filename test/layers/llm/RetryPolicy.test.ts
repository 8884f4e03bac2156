import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, TestClock } from "effect"
import { defaultRetryPolicy, retrySchedule } from "../../../layers/llm/RetryPolicy.ts"
import { InvalidOutput, Misconfigured, RateLimited, Refused, Unavailable } from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"

const where = { endpoint: "e", model: "m", detail: "d" }
const unavailable = Unavailable.make(where)

/** When each attempt begins, in seconds, if every one fails like this. */
const attempts = (error: LlmError, key = "k", hours = 4) =>
  Effect.gen(function* () {
    const at: Array<number> = []
    const attempt = Effect.zipRight(
      Effect.map(Clock.currentTimeMillis, (now) => at.push(now / 1000)),
      Effect.fail(error),
    )
    const fiber = yield* Effect.fork(Effect.flip(Effect.retry(attempt, retrySchedule(defaultRetryPolicy, key))))
    yield* TestClock.adjust(`${hours} hours`)
    assert.strictEqual(yield* Fiber.join(fiber), error)
    return at
  })

describe("RetryPolicy", () => {
  it.effect("waits longer and longer, up to the cap, until the patience ends", () =>
    Effect.gen(function* () {
      const at = yield* attempts(unavailable)
      const pauses = at.slice(1).map((time, i) => time - at[i]!)
      pauses.forEach((pause, i) => {
        const doubled = Math.min(0.5 * 2 ** i, 30)
        assert.isAtLeast(pause, doubled * 0.5 - 0.001)
        assert.isAtMost(pause, doubled * 1.5 + 0.001)
      })
      assert.isAtLeast(at.at(-1)!, 7200 - 45)
      assert.isAtMost(at.at(-1)!, 7200 + 45)
    }),
  )

  it.effect("draws its jitter from the call: equal calls wait alike, others don't", () =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const first = yield* attempts(unavailable, "a")
      const second = (yield* attempts(unavailable, "a")).map((time) => time - 4 * 3600)
      const other = (yield* attempts(unavailable, "b")).map((time) => time - 8 * 3600)
      assert.strictEqual(start, 0)
      assert.deepEqual(
        first.map((time) => time.toFixed(3)),
        second.map((time) => time.toFixed(3)),
      )
      assert.notStrictEqual(first[1], other[1])
    }),
  )

  it.effect("waits out a Retry-After in full, and gives up on one beyond the patience", () =>
    Effect.gen(function* () {
      const at = yield* attempts(RateLimited.make({ ...where, retryAfterMs: 60_000 }))
      at.slice(1).forEach((time, i) => assert.isAtLeast(time - at[i]!, 60))
      assert.lengthOf(yield* attempts(RateLimited.make({ ...where, retryAfterMs: 86_400_000 })), 1)
    }),
  )

  it.effect("repeats malformed answers twice, and never what a person or other data must change", () =>
    Effect.gen(function* () {
      assert.lengthOf(yield* attempts(InvalidOutput.make(where)), 3)
      assert.lengthOf(yield* attempts(Refused.make(where)), 1)
      assert.lengthOf(yield* attempts(Misconfigured.make({ ...where, advice: "a" })), 1)
    }),
  )
})
