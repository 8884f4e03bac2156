import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { intentOverlap, intentWords } from "../../../../layers/evaluation/fidelity/intentOverlap.ts"

const words = fc.array(fc.constantFrom("cake", "bake", "oven", "the", "to", "flour"), { minLength: 1, maxLength: 8 })

describe("intentOverlap", () => {
  it("is worked by hand, without stop words and without the words that begin every intent", () => {
    const intent = intentWords("You are a user chatting with an assistant language model to bake a cake in the oven.")
    assert.deepStrictEqual([...intent], ["bake", "cake", "oven"])
    // {help, bake, cake}: two of three
    assert.strictEqual(intentOverlap("Can you help me bake the cake?", intent), 2 / 3)
    assert.strictEqual(intentOverlap("are you an assistant language model", intent), 0)
    assert.isNull(intentOverlap("and then?", intent))
  })

  it.prop("lies in [0, 1]: 1 for the intent itself, and no more for saying a word twice", [words, words], ([a, b]) => {
    const intent = intentWords(b.join(" "))
    const overlap = intentOverlap(a.join(" "), intent)
    if (overlap !== null) assert.isTrue(overlap >= 0 && overlap <= 1)
    assert.strictEqual(intentOverlap([...a, ...a].join(" "), intent), overlap)
    if (intent.size > 0) assert.strictEqual(intentOverlap(b.join(" "), intent), 1)
  })
})
