import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import { makeCircuitBreaker } from "../../../layers/llm/CircuitBreaker.ts"
import { ContextOverflow, Unavailable } from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"

const where = { endpoint: "http://e/v1", model: "m", detail: "connection refused" }

/** A server that is up or down, and counts who came. */
const makeServer = (error: LlmError = Unavailable.make(where)) => {
  const server = { up: false, requests: 0 }
  const request = Effect.suspend(() => {
    server.requests++
    return server.up ? Effect.succeed("answer") : Effect.fail(error)
  })
  return { server, request }
}
const options = { threshold: 3, cooldown: "1 second", cooldownCap: "8 seconds", patience: "10 minutes" } as const

describe("CircuitBreaker", () => {
  it.effect("lets one probe through for each cool-down, and everyone once it is answered", () =>
    Effect.gen(function* () {
      const breaker = makeCircuitBreaker(options)
      const { server, request } = makeServer()
      yield* Effect.forEach([1, 2, 3], () => Effect.flip(breaker.guard(request)))
      assert.strictEqual(yield* breaker.state, "open")
      const crowd = yield* Effect.forEach(Array.from({ length: 50 }), () =>
        Effect.fork(breaker.guard(request).pipe(Effect.either)),
      )
      yield* TestClock.adjust("900 millis")
      assert.strictEqual(server.requests, 3)
      yield* TestClock.adjust("30 seconds")
      // Cool-downs of 1, 2, 4, 8, 8 and 8 seconds.
      assert.isAtLeast(server.requests, 7)
      assert.isAtMost(server.requests, 10)
      server.up = true
      yield* TestClock.adjust("16 seconds")
      const answers = yield* Fiber.joinAll(crowd)
      assert.isAtLeast(answers.filter(({ _tag }) => _tag === "Right").length, 40)
      assert.strictEqual(yield* breaker.state, "closed")
    }),
  )

  it.effect("tells everyone once the outage has outlasted the patience, and still probes for later callers", () =>
    Effect.gen(function* () {
      const breaker = makeCircuitBreaker({ ...options, firstPatience: "20 seconds" })
      const { server, request } = makeServer()
      yield* Effect.forEach([1, 2, 3], () => Effect.flip(breaker.guard(request)))
      const crowd = yield* Effect.forEach(Array.from({ length: 20 }), () =>
        Effect.fork(Effect.flip(breaker.guard(request))),
      )
      yield* TestClock.adjust("40 seconds")
      const errors = yield* Fiber.joinAll(crowd)
      assert.isAtLeast(errors.filter(breaker.isFinal).length, 12)
      assert.match(errors.find(breaker.isFinal)!.message, /connection refused \(for \d+s/)
      assert.isFalse(breaker.heard())
      server.up = true
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* breaker.guard(request), "answer")
      assert.isTrue(breaker.heard())
    }),
  )

  it.effect("takes an error that only a working server gives as a sign of life", () =>
    Effect.gen(function* () {
      const breaker = makeCircuitBreaker(options)
      const { request } = makeServer()
      const overflow = makeServer(ContextOverflow.make(where)).request
      yield* Effect.forEach([request, request, overflow, request, request], (each) => Effect.flip(breaker.guard(each)))
      assert.strictEqual(yield* breaker.state, "closed")
      yield* Effect.flip(breaker.guard(request))
      assert.strictEqual(yield* breaker.state, "open")
    }),
  )

  it.effect("probes again when a probe was interrupted", () =>
    Effect.gen(function* () {
      const breaker = makeCircuitBreaker(options)
      const { server, request } = makeServer()
      yield* Effect.forEach([1, 2, 3], () => Effect.flip(breaker.guard(request)))
      yield* TestClock.adjust("1 second")
      const probe = yield* Effect.fork(breaker.guard(Effect.never))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(probe)
      server.up = true
      assert.strictEqual(yield* breaker.guard(request), "answer")
    }),
  )
})
