import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { toldApart } from "../../../../layers/evaluation/realism/discriminator.ts"
import { countFeatures } from "../../../../layers/evaluation/realism/userFeatures.ts"
import { mean } from "../../../../layers/evaluation/statistics/moments.ts"
import { rocAuc } from "../../../../layers/evaluation/statistics/rocAuc.ts"
import { deriveSeed, randomFrom } from "../../../../src/domain/Seed.ts"

const words = ["please", "fix", "it", "maybe", "what", "is", "the", "thanks", "no", "file.py", "now", "then"]
const talk = (length: number, ...parts: ReadonlyArray<string | number>) => {
  const random = randomFrom(deriveSeed(parts))
  const turn = () => Array.from({ length: 1 + random.int(length) }, () => random.choice(words)).join(" ")
  return countFeatures([turn(), turn(), turn()])
}

/** Two conversations of each user; simulated turns have up to `length` words, real ones up to 12. */
const told = (users: number, length: number, draw = 0) =>
  Array.from({ length: 2 * users }, (_, i) => ({
    user: `user ${Math.floor(i / 2)}`,
    counted: { human: talk(12, draw, "human", i), simulated: talk(length, draw, "simulated", i) },
  }))

describe("telling simulated users apart", () => {
  it.effect("is a coin where they are alike, and sure where they are not", () =>
    Effect.gen(function* () {
      const draws = Array.from({ length: 40 }, (_, draw) => toldApart(told(12, 12, draw)))
      const alike = (yield* Effect.all(draws)).map((one) => one?.auc ?? NaN)
      // Standard error 0.017.
      assert.closeTo(mean(alike), 0.5, 0.06)
      const unlike = yield* toldApart(told(25, 60))
      assert.deepInclude(unlike, { conversations: 50, users: 25 })
      assert.isAbove(unlike?.low ?? 0, 0.9)
      assert.deepEqual(yield* toldApart(told(25, 60)), unlike)
      assert.notDeepEqual(yield* toldApart(told(25, 60), 1), unlike)
    }),
  )

  it.effect("is not tried with a handful of users, or where one side said nothing", () =>
    Effect.gen(function* () {
      assert.isNull(yield* toldApart(told(9, 12)))
      const silent = told(20, 12).map((one) => ({ ...one, counted: { ...one.counted, simulated: countFeatures([]) } }))
      assert.isNull(yield* toldApart(silent))
    }),
  )
})

describe("rocAuc", () => {
  it("is the share of pairs in the right order, ties half", () => {
    assert.strictEqual(rocAuc([3, 2], [1, 2]), 3.5 / 4)
    assert.isNull(rocAuc([], [1]))
    const scores = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(scores, scores, (ups, downs) => {
        const pairs = ups.flatMap((up) => downs.map((down) => (up > down ? 1 : up === down ? 0.5 : 0)))
        const share = pairs.reduce<number>((sum, one) => sum + one, 0) / pairs.length
        assert.closeTo(rocAuc(ups, downs) ?? NaN, share, 1e-12)
        assert.closeTo((rocAuc(ups, downs) ?? NaN) + (rocAuc(downs, ups) ?? NaN), 1, 1e-12)
      }),
    )
  })
})
