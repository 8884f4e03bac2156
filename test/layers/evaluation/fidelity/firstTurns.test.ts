import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { firstTurnDiversity } from "../../../../layers/evaluation/fidelity/firstTurns.ts"

const word = fc.constantFrom("a", "b", "c", "d", "e", "f")
const text = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "))
const texts = fc.array(text, { minLength: 3, maxLength: 12 })
const near = (a: number | null, b: number | null, by = 1e-9) => assert.closeTo(a ?? Number.NaN, b ?? Number.NaN, by)

describe("firstTurnDiversity", () => {
  it("is worked by hand: similarities 1/3, 0 and 0 of three turns", () => {
    // {a b} and {b c} share one of three words, the other pairs none.
    const { percent, pairs, turns } = firstTurnDiversity(["a b", "B c!", "d"])
    assert.deepStrictEqual([turns, pairs], [3, 3])
    near(percent, 100 * (1 - 1 / 9))
  })

  it("leaves blank turns out and counts them, and says nothing of one turn", () => {
    assert.deepStrictEqual(firstTurnDiversity(["hello", "  ", "?!"]), {
      turns: 1,
      pairs: 0,
      blank: 2,
      percent: null,
      low: null,
      high: null,
    })
  })

  it.prop("lies between 0 and 100, holds its interval, and doesn't depend on the order", [texts], ([all]) => {
    const one = firstTurnDiversity(all)
    assert.isTrue(one.low! <= one.percent! && one.percent! <= one.high!)
    assert.isTrue(one.low! >= 0 && one.high! <= 100)
    near(firstTurnDiversity([...all].reverse()).percent, one.percent)
  })

  it.prop(
    "is 0 for equal turns and 100 for turns that share no word",
    [text, fc.integer({ min: 3, max: 9 })],
    ([same, n]) => {
      near(firstTurnDiversity(Array.from({ length: n }, () => same)).percent, 0)
      near(firstTurnDiversity(Array.from({ length: n }, (_, i) => `word${i}`)).percent, 100)
    },
  )

  it("takes a sample of many turns and draws of many pairs, the same ones again under a seed", () => {
    const all = Array.from({ length: 60 }, (_, i) => `w${i % 7} w${i % 11} w${i % 3}`)
    const whole = firstTurnDiversity(all)
    const some = firstTurnDiversity(all, { turns: 40, pairs: 300, seed: 5 })
    assert.deepStrictEqual([some.turns, some.pairs], [40, 300])
    assert.deepStrictEqual(firstTurnDiversity(all, { turns: 40, pairs: 300, seed: 5 }), some)
    near(some.percent, whole.percent, 10)
  })
})
