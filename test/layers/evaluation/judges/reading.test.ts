import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { familyOf } from "../../../../layers/evaluation/judges/family.ts"
import { decide, decideItems } from "../../../../layers/evaluation/judges/majority.ts"
import { isComplete, readItems } from "../../../../layers/evaluation/judges/readItems.ts"

const verdict = fc.option(fc.boolean(), { nil: null })
const satisfied = (value: unknown, items: number) => readItems(value, items)?.satisfied

describe("readItems", () => {
  it("reads every form that judges write, in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), fc.integer(), (verdicts, seed) => {
        const entries = verdicts.map((one, i) => ({ item: i + 1, satisfied: one, reason: `because ${i}` }))
        const turned = [
          ...entries.slice(Math.abs(seed) % entries.length),
          ...entries.slice(0, Math.abs(seed) % entries.length),
        ]
        const byNumber = Object.fromEntries(verdicts.map((one, i) => [i + 1, one]))
        const words = entries.map(({ item, satisfied: one }) => ({
          item: String(item),
          satisfied: one ? "True" : "false",
        }))
        for (const form of [
          { verdicts: entries },
          { verdicts: turned },
          turned,
          verdicts,
          byNumber,
          { verdicts: byNumber },
          words,
        ])
          assert.deepEqual(satisfied(form, verdicts.length), verdicts)
        assert.deepEqual(
          readItems({ verdicts: turned }, verdicts.length)?.reasons,
          verdicts.map((_, i) => `because ${i}`),
        )
      }),
    )
  })

  it("leaves missing what is not said, said twice differently, or no boolean", () => {
    const entry = (item: unknown, one: unknown) => ({ item, satisfied: one })
    assert.deepEqual(satisfied([entry(1, true), entry(3, false)], 3), [true, null, false])
    assert.deepEqual(satisfied([entry(1, true), entry(1, false), entry(2, true), entry(2, true)], 2), [null, true])
    assert.deepEqual(satisfied([entry(1, true), entry(2, "maybe"), entry(4, true), entry(0, true)], 3), [
      true,
      null,
      null,
    ])
    assert.deepEqual(satisfied([entry(1.5, true), entry(2, 1), entry(3, true)], 3), [null, null, true])
    for (const useless of [null, 7, "yes", {}, [], [true], [true, false, true], { verdicts: "all" }, [entry(9, true)]])
      assert.isUndefined(readItems(useless, 2))
    assert.isFalse(isComplete({ satisfied: [true, null] }))
  })
})

describe("decide", () => {
  it("takes more than half of the panel, and never reads a missing verdict as a no", () => {
    assert.deepEqual(
      [
        [true, true, null],
        [true, false, null],
        [false, null, false],
        [true, null, null],
        [null, null, null],
      ].map(decide),
      [true, null, false, null, null],
    )
    assert.deepEqual([[true], [null], [true, false], [true, true], [true, true, false, false]].map(decide), [
      true,
      null,
      null,
      true,
      null,
    ])
    assert.deepEqual(decideItems(2, [[true], [true, true], [false, true]]), [true, true])
  })

  it("is symmetric: every yes a no gives the other side, and no verdict that goes missing turns one into the other", () => {
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1, maxLength: 5 }), fc.nat(), (verdicts, at) => {
        const decided = decide(verdicts)
        const turned = decide(verdicts.map((one) => (one === null ? null : !one)))
        assert.strictEqual(turned, decided === null ? null : !decided)
        const fewer = decide(verdicts.map((one, i) => (i === at % verdicts.length ? null : one)))
        if (fewer !== null) assert.strictEqual(fewer, decided)
      }),
    )
  })
})

describe("familyOf", () => {
  it("is what is declared, or the letters that a name begins with", () => {
    const of = (name: string) => familyOf({ model: { provider: "openai", name } })
    assert.deepEqual(
      ["gpt-5-mini", "Qwen/Qwen3-32B", "claude-haiku-4-5-20251001", "mistralai/Mistral-Small-3.1", "3b"].map(of),
      ["gpt", "qwen", "claude", "mistral", "3b"],
    )
    assert.strictEqual(familyOf({ model: { provider: "openai", name: "x" }, family: "own" }), "own")
  })
})
