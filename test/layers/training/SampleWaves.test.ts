import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { makeWaves } from "../../../layers/training/SampleWaves.ts"

/** Runs requests of the given kinds at once; tells which ran together. */
const together = (kinds: ReadonlyArray<string>, size: number) =>
  Effect.gen(function* () {
    const inWave = yield* makeWaves({ size, quietMillis: 20 })
    const waves: Array<ReadonlyArray<string>> = []
    let running: Array<string> = []
    const answers = yield* Effect.forEach(
      kinds,
      (kind, i) =>
        inWave(
          kind,
          Effect.gen(function* () {
            running.push(kind)
            yield* Effect.yieldNow()
            if (running.length > 0) waves.push(running)
            running = []
            return i
          }),
        ),
      { concurrency: "unbounded" },
    )
    assert.deepStrictEqual(
      answers,
      kinds.map((_, i) => i),
    )
    return waves
  })

describe("makeWaves", () => {
  it.scopedLive("sends full waves of one kind, and what is left when no more come", () =>
    Effect.gen(function* () {
      const waves = yield* together([..."aabaabaab"], 4)
      assert.deepStrictEqual(
        waves.map((wave) => wave.join("")),
        ["aaaa", "bbb", "aa"],
      )
    }),
  )

  it.effect("sends what comes at once where the server batches by itself, up to a bound", () =>
    Effect.gen(function* () {
      const inWave = yield* makeWaves({ atOnce: 2 })
      const release = yield* Effect.makeLatch()
      let running = 0
      const ask = inWave("a", Effect.sync(() => void (running += 1)).pipe(Effect.zipRight(release.await)))
      const asked = yield* Effect.fork(Effect.all([ask, ask, ask], { concurrency: "unbounded" }))
      yield* Effect.repeat(Effect.yieldNow(), { times: 50 })
      assert.strictEqual(running, 2)
      yield* release.open
      yield* Fiber.join(asked)
      assert.strictEqual(running, 3)
    }).pipe(Effect.scoped),
  )

  it.scopedLive("gives a failure to the one who asked", () =>
    Effect.gen(function* () {
      const inWave = yield* makeWaves({ size: 2, quietMillis: 1 })
      const [bad, good] = yield* Effect.all(
        [Effect.flip(inWave("a", Effect.fail("no"))), inWave("a", Effect.succeed("yes"))],
        { concurrency: 2 },
      )
      assert.deepStrictEqual([bad, good], ["no", "yes"])
    }),
  )
})
