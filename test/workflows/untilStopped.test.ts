import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber } from "effect"
import { untilStopped } from "../../workflows/untilStopped.ts"

/** Holds something until its slow release is over, and tells what happened in order. */
const holding = (told: Array<string>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => told.push("held")),
    () => Effect.never,
    () =>
      Effect.zipRight(
        Effect.yieldNow(),
        Effect.zipRight(
          Effect.sleep("10 millis"),
          Effect.sync(() => told.push("released")),
        ),
      ),
  )

describe("untilStopped", () => {
  it.live("gives what the work gives", () =>
    Effect.map(untilStopped(Effect.succeed(1), Effect.never), (value) => assert.strictEqual(value, 1)),
  )

  it.live("gives the failure that stopped the work, when all is released", () =>
    Effect.gen(function* () {
      const told: Array<string> = []
      const stop = Effect.delay(Effect.fail("full"), "5 millis")
      const exit = yield* Effect.exit(untilStopped(holding(told), stop))
      assert.deepEqual(exit, Exit.fail("full"))
      assert.deepEqual(told, ["held", "released"])
    }),
  )

  it.live("is interrupted by a stop that is, or from outside, when all is released", () =>
    Effect.gen(function* () {
      for (const outside of [true, false]) {
        const told: Array<string> = []
        const begun = yield* Deferred.make<void>()
        const work = Effect.zipRight(Deferred.succeed(begun, undefined), holding(told))
        const stop = outside ? Effect.never : Effect.delay(Effect.interrupt, "5 millis")
        const fiber = yield* Effect.fork(
          Effect.onInterrupt(untilStopped(work, stop), () => Effect.sync(() => told.push("over"))),
        )
        yield* Deferred.await(begun)
        yield* Effect.sleep("1 millis")
        const exit = yield* outside ? Fiber.interrupt(fiber) : Fiber.await(fiber)
        assert.isTrue(Exit.isFailure(exit) && Cause.isInterruptedOnly(exit.cause))
        assert.deepEqual(told, ["held", "released", "over"])
      }
    }),
  )
})
