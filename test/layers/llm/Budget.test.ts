import { NodeContext } from "@effect/platform-node"
import { FileSystem } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Either, Fiber, Layer, Schema } from "effect"
import { Budget } from "../../../layers/llm/Budget.ts"
import { Unavailable } from "../../../src/domain/LlmError.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { callKey } from "../../../src/journal/CallKey.ts"

/** A request that goes out, waits for the gate and costs so much. */
const request = (budget: typeof Budget.Service, worst: number, cost: number, gate: Deferred.Deferred<void>) =>
  budget.reserving(worst, ({ sent, charge }) =>
    sent.pipe(Effect.zipRight(Deferred.await(gate)), Effect.zipRight(charge(cost)), Effect.as("answer")),
  )

describe("Budget", () => {
  it.effect("lets a reservation that does not fit wait for settlements", () =>
    Effect.gen(function* () {
      const budget = Budget.make(100, 0)
      const gate = yield* Deferred.make<void>()
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.fork(request(budget, 60, 10, gate)))
      yield* Effect.yieldNow()
      assert.deepEqual(yield* budget.state, { settledMicros: 0, reservedMicros: 60 })
      yield* Deferred.succeed(gate, undefined)
      assert.deepEqual(yield* Fiber.joinAll(fibers), ["answer", "answer", "answer"])
      assert.deepEqual(yield* budget.state, { settledMicros: 30, reservedMicros: 0 })
    }),
  )

  it.effect("fails once nothing is in flight that could free money, and says what to do", () =>
    Effect.gen(function* () {
      const budget = Budget.make(100, 0)
      const gate = yield* Deferred.make<void>()
      const fibers = yield* Effect.forEach([1, 2, 3], () => Effect.fork(Effect.either(request(budget, 60, 50, gate))))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(gate, undefined)
      const [first, ...others] = yield* Fiber.joinAll(fibers)
      assert.isTrue(Either.isRight(first!))
      others.forEach((outcome) => {
        assert.isTrue(Either.isLeft(outcome))
        assert.match(Either.isLeft(outcome) ? outcome.left.message : "", /\$0\.0001 is spent.*Raise --budget/)
      })
      assert.deepEqual(yield* budget.state, { settledMicros: 50, reservedMicros: 0 })
    }),
  )

  it.effect("never lets the worst case of all that is out exceed the limit", () =>
    Effect.gen(function* () {
      const budget = Budget.make(1000, 0)
      const outcomes = yield* Effect.forEach(
        Array.from({ length: 200 }, (_, i) => i),
        (i) =>
          Effect.either(
            budget.reserving(20 + (i % 7), ({ sent, charge }) =>
              Effect.gen(function* () {
                yield* sent
                const { settledMicros, reservedMicros } = yield* budget.state
                assert.isAtMost(settledMicros + reservedMicros, 1000)
                yield* Effect.yieldNow()
                yield* charge(15 + (i % 5))
              }),
            ),
          ),
        { concurrency: "unbounded" },
      )
      const { settledMicros, reservedMicros } = yield* budget.state
      assert.isAtMost(settledMicros, 1000)
      assert.isAtLeast(settledMicros, 1000 - 27)
      assert.strictEqual(reservedMicros, 0)
      assert.isAbove(outcomes.filter(Either.isLeft).length, 0)
    }),
  )

  it.effect("counts a request whose end is unknown at its worst, and one that was not sent at nothing", () =>
    Effect.gen(function* () {
      const budget = Budget.make(100, 0)
      const gate = yield* Deferred.make<void>()
      const sent = yield* Effect.fork(request(budget, 30, 1, gate))
      const unsent = yield* Effect.fork(budget.reserving(30, () => Effect.never))
      yield* Effect.yieldNow()
      yield* Fiber.interruptAll([sent, unsent])
      assert.deepEqual(yield* budget.state, { settledMicros: 30, reservedMicros: 0 })
    }),
  )

  it.effect("goes on when a waiting request is interrupted", () =>
    Effect.gen(function* () {
      const budget = Budget.make(100, 0)
      const gate = yield* Deferred.make<void>()
      const holder = yield* Effect.fork(request(budget, 60, 60, gate))
      yield* Effect.yieldNow()
      const large = yield* Effect.fork(request(budget, 90, 1, gate))
      yield* Effect.yieldNow()
      const small = yield* Effect.fork(budget.reserving(30, ({ charge }) => Effect.as(charge(5), "small")))
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(large)
      assert.strictEqual(yield* Fiber.join(small), "small")
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.join(holder)
      assert.deepEqual(yield* budget.state, { settledMicros: 65, reservedMicros: 0 })
    }),
  )

  it.scoped("starts from what the journal says was spent, failed attempts included", () =>
    Effect.gen(function* () {
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const file = `${folder}/journal.db`
      yield* Effect.gen(function* () {
        const journal = yield* CallJournal
        const failure = Unavailable.make({ endpoint: "e", model: "m", detail: "timed out" })
        for (const [step, micros] of [
          ["A/v1-1", 7],
          ["A/v1-1", 8],
          ["B/v1-1", 100],
        ] as const) {
          yield* journal.call({
            key: callKey({ kind: "chat", model: "m", body: { step, micros }, sampleIndex: 0, scope: "" }),
            kind: "chat",
            step,
            role: "judge",
            model: "m",
            request: {},
            answer: Schema.String,
            worstMicros: 20,
            send: ({ begin, failed }) =>
              Effect.gen(function* () {
                yield* begin
                yield* failed(failure, 20)
                yield* begin
                return { answer: "a", usage: { promptTokens: 1, completionTokens: 1 }, micros }
              }),
          })
        }
      }).pipe(Effect.provide(CallJournal.layer(file)))
      const spent = (counts?: (step: string) => boolean) =>
        Effect.flatMap(Budget, ({ state }) => state).pipe(
          Effect.provide(Layer.provide(Budget.layer(1000, counts), CallJournal.layer(file))),
        )
      assert.strictEqual((yield* spent()).settledMicros, 7 + 8 + 100 + 3 * 20)
      assert.strictEqual((yield* spent((step) => step.startsWith("A/"))).settledMicros, 15 + 2 * 20)
    }).pipe(Effect.provide(NodeContext.layer)),
  )
})
