import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { lengthsOf, wasserstein, wordCount } from "../../../../layers/evaluation/fidelity/turnLengths.ts"

const values = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 20 })
const near = (a: number | null, b: number | null) => assert.closeTo(a ?? Number.NaN, b ?? Number.NaN, 1e-9)

describe("turn lengths", () => {
  it("counts words between white space and takes quantiles", () => {
    assert.strictEqual(wordCount("  ok,\tand then?\n "), 3)
    const eleven = [3, 1, 2, 0, 10, 9, 8, 4, 5, 7, 6]
    assert.deepStrictEqual(lengthsOf(eleven), { turns: 11, mean: 5, p10: 1, median: 5, p90: 9 })
    assert.deepStrictEqual(lengthsOf([]), { turns: 0, mean: null, p10: null, median: null, p90: null })
  })

  it("is as far as values have to move: SciPy's wasserstein_distance of a few samples", () => {
    near(wasserstein([0, 1, 3], [5, 6, 8]), 5)
    near(wasserstein([1, 2], [2]), 0.5)
    near(wasserstein([1, 1, 4], [1, 4]), 0.5)
    assert.isNull(wasserstein([], [1]))
  })

  it.prop(
    "is a distance: 0 to itself, the same both ways, moved by a shift",
    [values, values, fc.integer({ min: 0, max: 9 })],
    ([a, b, by]) => {
      near(wasserstein(a, a), 0)
      near(wasserstein(a, b), wasserstein(b, a))
      near(
        wasserstein(
          a,
          a.map((value) => value + by),
        ),
        by,
      )
      const mean = (all: ReadonlyArray<number>) => all.reduce((sum, value) => sum + value, 0) / all.length
      assert.isAtLeast(wasserstein(a, b)! + 1e-9, Math.abs(mean(a) - mean(b)))
    },
  )
})
