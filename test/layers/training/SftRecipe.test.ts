import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc, Schema } from "effect"
import * as Sft from "../../../layers/training/Sft.ts"
import { learningRateAt, pausesOf, recipeProblem, SftRecipe } from "../../../layers/training/SftRecipe.ts"
import { batchAt, draw, fit, pack, stepsOf } from "../../../layers/training/SftSequences.ts"
import { recipeOf, sample } from "./sftFixtures.ts"

describe("presets", () => {
  it("are recipes without a problem", () => {
    for (const preset of [Sft.paper, Sft.release, Sft.embedded, Sft.lora({ hidden: 2048, family: "qwen" })])
      assert.isUndefined(recipeProblem(Schema.decodeSync(SftRecipe)(preset)))
  })

  it("take the learning rate of adapters from the width and the family", () => {
    assert.closeTo(Sft.loraLearningRate({ hidden: 2000, family: "llama" }), 5e-4, 1e-12)
    assert.closeTo(Sft.loraLearningRate({ hidden: 4096, family: "llama" }), 5e-4 * (2000 / 4096) ** 0.781, 1e-12)
    assert.closeTo(Sft.loraLearningRate({ hidden: 5120, family: "qwen" }), 5e-4 * (2000 / 5120) ** 0.0775, 1e-12)
  })
})

describe("recipes", () => {
  const problem = (settings: Parameters<typeof recipeOf>[0]) => recipeProblem(recipeOf(settings))

  it("that mean nothing are refused, with what to do", () => {
    assert.include(problem({ patience: 2 }), "give evaluateEvery")
    assert.include(problem({ validation: 8 }), "give evaluateEvery")
    assert.include(problem({ floor: 1e-4 }), 'schedule: "cosine"')
    assert.include(problem({ schedule: "cosine", floor: 1 }), "above recipe.learningRate")
    assert.include(problem({ packing: "whole", average: "sequences" }), "of no meaning")
    assert.isUndefined(problem({ evaluateEvery: 10, patience: 2, schedule: "cosine", floor: 1e-4 }))
  })
})

describe("the learning rate", () => {
  const steps = fc.integer({ min: 1, max: 300 })
  const recipes = fc.record({
    warmUp: fc.constantFrom(0, 0.1, 0.5),
    schedule: fc.constantFrom("constant" as const, "cosine" as const),
  })

  it("rises to its highest, never is 0, and falls to the floor in the last step", () => {
    fc.assert(
      fc.property(steps, recipes, (count, settings) => {
        const cosine = settings.schedule === "cosine"
        const recipe = recipeOf({ ...settings, learningRate: 1, floor: cosine ? 0.1 : 0 })
        const rates = Array.from({ length: count }, (_, step) => learningRateAt(recipe, step, count))
        const rising = Math.ceil(settings.warmUp * count)
        assert.isTrue(rates.every((rate) => rate > 0 && rate <= 1))
        assert.isTrue(rates.slice(1, rising).every((rate, i) => rate > rates[i]!))
        assert.isTrue(rates.slice(rising + 1).every((rate, i) => rate <= rates[rising + i]!))
        if (rising < count) assert.closeTo(rates.at(-1)!, cosine ? 0.1 : 1, 1e-9)
      }),
    )
  })

  it("is the paper's", () => {
    const recipe = Schema.decodeSync(SftRecipe)(Sft.paper)
    const at = (step: number) => learningRateAt(recipe, step, 1001)
    assert.closeTo(at(0), 2e-5 / 101, 1e-12)
    assert.closeTo(at(100), 2e-5, 1e-12)
    assert.closeTo(at(550), (2e-5 + 2e-6) / 2, 1e-7)
    assert.closeTo(at(1000), 2e-6, 1e-12)
  })
})

describe("pauses", () => {
  it("come to save and to evaluate, and at the end", () => {
    assert.deepStrictEqual(pausesOf(recipeOf({ saveEvery: 4, evaluateEvery: 6 }), 13), [4, 6, 8, 12, 13])
    assert.deepStrictEqual(pausesOf(recipeOf({ saveEvery: 4 }), 3), [3])
  })
})

describe("the context", () => {
  const { sample: long } = sample(["one", "two", "six", "ten"])
  const [first = 0, second = 0] = long.turnEnds

  it("takes what fits, and leaves out or cuts what doesn't", () => {
    const fitting = (maxTokens: number, overflow: "drop" | "truncate") =>
      fit(long, recipeOf({ maxTokens, overflow }))?.ids.length
    const whole = long.ids.length
    assert.strictEqual(fitting(whole, "drop"), whole)
    assert.isUndefined(fitting(whole - 1, "drop"))
    assert.strictEqual(fitting(whole - 1, "truncate"), second)
    assert.strictEqual(fitting(second, "truncate"), second)
    assert.strictEqual(fitting(second - 1, "truncate"), first)
    assert.isUndefined(fitting(first - 1, "truncate"))
  })

  it("is filled by whole conversations, none lost but the lab's last", () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(lengths, (all) => {
        const items = all.map((length, i) => ({ length, i }))
        const packs = pack(items, recipeOf({ maxTokens: 10, packing: "whole" }))
        assert.deepStrictEqual(packs.flat(), items)
        const sizes = packs.map((one) => one.reduce((sum, { length }) => sum + length, 0))
        assert.isTrue(sizes.every((size) => size > 0 && size <= 10))
        assert.isTrue(sizes.slice(0, -1).every((size, i) => size + packs[i + 1]![0]!.length > 10))
        const lab = pack(items, recipeOf({ maxTokens: 10, packing: "whole", rules: "lab" }))
        assert.strictEqual(lab.length, packs.length - (sizes.at(-1)! < 10 ? 1 : 0))
      }),
    )
    assert.deepStrictEqual(pack([{ length: 3 }, { length: 4 }], recipeOf({ maxTokens: 10 })), [
      [{ length: 3 }],
      [{ length: 4 }],
    ])
  })
})

describe("batches", () => {
  it("go through every sequence once in an epoch, in an order of its own", () => {
    const recipe = recipeOf({ batchSize: 4, epochs: 2 })
    const all = Array.from({ length: stepsOf(10, recipe) }, (_, step) => batchAt(step, 10, recipe, 7))
    const epochs = [all.slice(0, 3).flat(), all.slice(3).flat()]
    const numbers = Array.from({ length: 10 }, (_, i) => i)
    assert.deepStrictEqual(
      epochs.map((one) => one.toSorted((a, b) => a - b)),
      [numbers, numbers],
    )
    assert.notDeepEqual(epochs[0], epochs[1])
    assert.deepStrictEqual(
      all.map((batch) => batch.length),
      [4, 4, 2, 4, 4, 2],
    )
    assert.deepStrictEqual(batchAt(4, 10, recipe, 7), all[4])
  })

  it("are drawn by the seed alone", () => {
    const items = Array.from({ length: 20 }, (_, i) => i)
    assert.deepStrictEqual(draw(items, 5, 1), draw(items, undefined, 1).slice(0, 5))
    assert.notDeepEqual(draw(items, 5, 1), draw(items, 5, 2))
  })
})
