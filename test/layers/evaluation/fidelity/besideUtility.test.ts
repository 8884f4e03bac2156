import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { besideUtility } from "../../../../layers/evaluation/fidelity/besideUtility.ts"
import { spearman } from "../../../../layers/evaluation/statistics/correlation.ts"
import { permutationP } from "../../../../layers/evaluation/statistics/permutationP.ts"

const rows = (...pairs: ReadonlyArray<readonly [number | null, number | null]>) =>
  pairs.map(([utility, words], i) => ({ simulator: `s${i}`, utility, distances: { words } }))

describe("fidelity beside utility", () => {
  it("correlates over five simulators or more", () => {
    const [found] = besideUtility(rows([5, 1], [4, 2], [3, 3], [2, 4], [1, 5]))
    assert.strictEqual(found?.simulators, 5)
    assert.closeTo(found?.spearman?.r ?? 0, -1, 1e-12)
    // Two of the 120 orders are as extreme; Student's t would say 0.
    assert.closeTo(found?.spearman?.pValue ?? 0, 2 / 120, 1e-12)
    assert.closeTo(found?.kendall?.pValue ?? 0, 2 / 120, 1e-12)
    assert.strictEqual(found?.spearman?.adjusted, found?.spearman?.pValue)
  })

  it("says why there is none: too few with both numbers, or one value", () => {
    const [few] = besideUtility(rows([5, 1], [4, 2], [3, 3], [2, 4], [1, null], [null, 6]))
    assert.deepStrictEqual([few?.simulators, few?.spearman, few?.kendall], [4, null, null])
    assert.match(few?.reason ?? "", /^4 simulators .* at least 5/)
    const [constant] = besideUtility(rows([5, 1], [4, 1], [3, 1], [2, 1], [1, 1]))
    assert.match(constant?.reason ?? "", /same distance/)
    assert.deepStrictEqual(besideUtility([]), [])
  })

  it("adjusts over all measures of the table", () => {
    const table = [1, 2, 3, 4, 5].map((i) => ({
      simulator: `s${i}`,
      utility: i,
      distances: { one: i, two: -i, three: (i * 2) % 5, four: i === 1 ? null : i },
    }))
    const found = besideUtility(table)
    const [one, two, three, four] = found.map(({ spearman }) => spearman)
    // A family of three: the fourth has no p-value.
    assert.closeTo(one?.adjusted ?? 0, (3 * 2) / 120, 1e-12)
    assert.closeTo(two?.adjusted ?? 0, (3 * 2) / 120, 1e-12)
    assert.isAtLeast(three?.adjusted ?? 0, three?.pValue ?? 1)
    assert.isNull(four)
  })
})

describe("the exact p-value of rank correlation", () => {
  it("is the share of orders at least as extreme, and symmetric", () => {
    const pair = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }))
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 6 }), (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)]
        const p = permutationP(x, y)
        assert.strictEqual(p === null, spearman(x, y) === null)
        if (p === null) return
        assert.isAbove(p, 0)
        assert.isAtMost(p, 1)
        assert.closeTo(p, permutationP(y, x) ?? -1, 1e-12)
      }),
    )
    assert.isNull(permutationP([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9]))
    assert.throws(() => permutationP([1], [1, 2]), RangeError)
  })
})
