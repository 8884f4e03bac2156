import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  blockSimilarities,
  blocks,
  countFeatures,
  dice,
  features,
  featuresOf,
} from "../../../../layers/evaluation/realism/userFeatures.ts"
import type { Feature } from "../../../../layers/evaluation/realism/userFeatures.ts"
import { expectedCalibrationError, userSimIndex } from "../../../../layers/evaluation/realism/userSimIndex.ts"

/** Turns that have the feature, and turns that look like it and don't. The first turn of each pair of lists is an opening. */
const written: Partial<Record<Feature, readonly [has: ReadonlyArray<string>, lacks: ReadonlyArray<string>]>> = {
  "short turns": [["go on", "and then what"], ["what happens after that"]],
  politeness: [
    ["can you pls fix it", "Thank you so much"],
    ["I was pleased by it", "style it"],
  ],
  formality: [
    ["Regarding my order, it is late", "Therefore it holds"],
    ["hes late again", "thusly"],
  ],
  acknowledgment: [
    ["ok, and the next one", "Got it. Now the other"],
    ["is it ok to go", "okra soup"],
  ],
  "identity confusion": [
    ["As an AI, I can't do that", "How can I help you today?"],
    ["are you an AI?", "help me"],
  ],
  uncertainty: [
    ["maybe it is blue", "I’m confused by that"],
    ["the guess was right", "unthinkable"],
  ],
  certainty: [
    ["it is definitely blue", "I'm sure of it"],
    ["am I sure?", "it is blue"],
  ],
  pushback: [
    ["that's wrong", "it still doesn't work"],
    ["what is right then", "work it out"],
  ],
  "clarification question": [
    ["what do you mean by that?", "can you explain"],
    ["what is a cat?", "explanation of it"],
  ],
  "information seeking": [
    ["how long is it", "and the other?", "what's up"],
    ["see https://a.b/?q=1", "however, no"],
  ],
  "emotional expression": [
    ["I love it", "no!!", "WHAT THE HELL", "thanks 🙂", "ok :)"],
    ["the glove fits", "SQL", "a: b"],
  ],
  accusation: [
    ["you keep saying that", "this is useless"],
    ["do you use it", "he said so"],
  ],
  "strategy pivot": [
    ["let's try something else", "never mind that"],
    ["it never minds", "steady work"],
  ],
}

describe("features of user turns", () => {
  for (const [name, [has, lacks]] of Object.entries(written) as ReadonlyArray<
    [Feature, readonly [ReadonlyArray<string>, ReadonlyArray<string>]]
  >) {
    it(`finds ${name} by its rule alone`, () => {
      // Not an opening: some features are of later turns only.
      for (const text of has) assert.strictEqual(countFeatures(["zzz zzz zzz zzz", text])[name].sum, 1, text)
      for (const text of lacks) assert.strictEqual(countFeatures(["zzz zzz zzz zzz", text])[name].sum, 0, text)
    })
  }

  it("counts words, variation, repetition, front loading, identifiers and openings", () => {
    const found = featuresOf([
      countFeatures(["one two three four five six", "one two", "", "one two !"]),
      countFeatures(["seven eight"]),
    ])
    assert.strictEqual(found["words per turn"], (6 + 2 + 3 + 2) / 4)
    assert.strictEqual(found["opening length"], 4)
    assert.strictEqual(found["front loading"], 6 / 11)
    assert.strictEqual(found["repetition"], 1 / 2)
    assert.closeTo(found["verbosity variation"] ?? 0, Math.sqrt(13 / 3) / (11 / 3), 1e-12)
    const named = 'mail me@x.org the file /tmp/a.txt, "a name", 12 and max_size or maxSize, see http://a.b/c?d=1'
    assert.strictEqual(featuresOf([countFeatures([named])])["identifiers per turn"], 7)
  })

  it("tells nothing of an opening that is not there, nor of no turn", () => {
    const later = countFeatures(["ok thanks", "ok"], false)
    assert.strictEqual(later.acknowledgment.count, 2)
    assert.deepStrictEqual([later["opening length"].count, later["front loading"].count], [0, 0])
    assert.deepStrictEqual([...new Set(Object.values(featuresOf([countFeatures([])])))], [null])
    assert.strictEqual(features.length, 19)
  })
})

describe("similarities of blocks", () => {
  it("are 1 for equal sides, symmetric and in [0, 1]", () => {
    const said = fc.array(fc.stringMatching(/^[a-z ?!,]{1,30}$/), { maxLength: 5 })
    fc.assert(
      fc.property(said, said, (one, other) => {
        const [a, b] = [featuresOf([countFeatures(one)]), featuresOf([countFeatures(other)])]
        for (const similarity of Object.values(blockSimilarities(a, a)))
          assert.isTrue(similarity === null || Math.abs(similarity - 1) < 1e-12)
        const there = blockSimilarities(a, b)
        assert.deepStrictEqual(there, blockSimilarities(b, a))
        for (const similarity of Object.values(there))
          assert.isTrue(similarity === null || (similarity >= 0 && similarity <= 1))
      }),
    )
  })

  it("are means of Dice over what both sides have", () => {
    assert.deepStrictEqual([dice(0, 0), dice(0.2, 0), dice(0.1, 0.3)], [1, 0, 0.5])
    const human = featuresOf([countFeatures(["ok 1 2 3"])])
    const simulated = featuresOf([countFeatures(["ok 1 2 3", "ok 1 2 3"])])
    // Front loading needs two turns; the others are equal.
    assert.strictEqual(blockSimilarities(human, simulated)["information pattern"], 1)
    assert.deepStrictEqual(Object.keys(blockSimilarities(human, simulated)), Object.keys(blocks))
  })
})

describe("the index", () => {
  const similarities = {
    "communication style": 0.8,
    "information pattern": 0.6,
    clarification: 0.7,
    "error reaction": 0.5,
  }

  it("is the mean of its six parts, and nothing where one is missing", () => {
    assert.closeTo(userSimIndex({ similarities, outcomes: 0.9, ratings: 0.7 }) ?? 0, 70, 1e-9)
    assert.isNull(userSimIndex({ similarities, outcomes: null, ratings: 0.7 }))
  })

  it("has an error of calibration by bins", () => {
    const told = (probability: number, outcome: number) => ({ probability, outcome })
    assert.isNull(expectedCalibrationError([]))
    assert.strictEqual(expectedCalibrationError([told(1, 1), told(0, 0)]), 0)
    // 0.92 and 0.98 fall together: 0.95 against 0.5; 0.1 against 0 alone.
    assert.closeTo(
      expectedCalibrationError([told(0.92, 1), told(0.98, 0), told(0.1, 0)]) ?? 0,
      (2 * 0.45 + 0.1) / 3,
      1e-12,
    )
    assert.throws(() => expectedCalibrationError([told(1.2, 1)]), RangeError)
  })
})
