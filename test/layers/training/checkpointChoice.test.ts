import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { withinOneStandardError } from "../../../layers/training/checkpointChoice.ts"
import { isOutOfPatience } from "../../../workflows/stages/grpoValidation.ts"

const rewards = (...values: ReadonlyArray<number>) => new Map(values.map((value, i) => [`p${i}`, value]))

describe("withinOneStandardError", () => {
  it("takes the earliest that chance may have put behind the best", () => {
    const found = withinOneStandardError([
      { after: 2, rewards: rewards(0.1, 0.1, 0.1, 0.1) },
      { after: 4, rewards: rewards(0.9, 0.2, 0.6, 0.5) },
      { after: 6, rewards: rewards(0.5, 0.6, 0.7, 0.6) },
    ])
    assert.strictEqual(found?.best, 6)
    assert.strictEqual(found?.after, 4)
    assert.closeTo(found?.compared[1]?.behind ?? NaN, 0.05, 1e-12)
  })

  it("takes the best where all others are behind for certain: pairs leave no noise", () => {
    const found = withinOneStandardError([
      { after: 1, rewards: rewards(0.1, 0.5, 0.9) },
      { after: 2, rewards: rewards(0.2, 0.6, 1) },
    ])
    assert.strictEqual(found?.after, 2)
  })

  it("compares the prompts that both have a reward for, and says nothing without any", () => {
    const missing = new Map([["p0", 0.4]])
    assert.strictEqual(
      withinOneStandardError([
        { after: 1, rewards: missing },
        { after: 2, rewards: rewards(0.4, 1) },
      ])?.after,
      1,
    )
    assert.isUndefined(withinOneStandardError([{ after: 1, rewards: new Map() }]))
  })

  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 4 })
  it.prop(
    "never chooses after the best, nor what is further behind than its error",
    [fc.array(values, { minLength: 1 })],
    (given) => {
      const [all] = given
      const found = withinOneStandardError(all.map((row, i) => ({ after: i + 1, rewards: rewards(...row) })))
      assert.isAtMost(found?.after ?? NaN, found?.best ?? NaN)
      const chosen = found?.compared.find(({ after }) => after === found.after)
      assert.isAtMost(chosen?.behind ?? NaN, chosen?.standardError ?? NaN)
      const earlier = found?.compared.filter(({ after }) => after < found.after) ?? []
      assert.isTrue(earlier.every(({ behind, standardError }) => behind > standardError))
    },
  )
})

describe("isOutOfPatience", () => {
  const of = (...values: ReadonlyArray<number | null>) => values.map((reward) => ({ reward }))
  it("counts evaluations since the best", () => {
    assert.isFalse(isOutOfPatience(of(0.5, 0.4), undefined))
    assert.isFalse(isOutOfPatience(of(0.5, 0.4), 2))
    assert.isTrue(isOutOfPatience(of(0.5, 0.4, 0.5), 2))
    assert.isFalse(isOutOfPatience(of(0.5, 0.4, 0.6), 1))
    assert.isTrue(isOutOfPatience(of(0.5, null), 1))
  })
})
