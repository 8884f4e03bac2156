import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { updateMetrics } from "../../../layers/training/importanceWeights.ts"
import { adam } from "./tinker/tinkerFixtures.ts"

const token = fc.record({
  sampled: fc.double({ min: -8, max: 0, noNaN: true }),
  now: fc.double({ min: -8, max: 0, noNaN: true }),
  advantage: fc.double({ min: -3, max: 3, noNaN: true }),
})
const tokens = fc.array(token, { minLength: 1, maxLength: 20 })

const metricsOf = (
  all: ReadonlyArray<{ readonly sampled: number; readonly now: number; readonly advantage: number }>,
) =>
  updateMetrics(
    {
      datums: [
        {
          modelInput: [0, ...all.map((_, i) => i + 1)],
          targetTokens: [1, ...all.map((_, i) => i + 2)],
          mask: [0, ...all.map(() => 1)],
          logprobs: [0, ...all.map(({ sampled }) => sampled)],
          advantages: [0, ...all.map(({ advantage }) => advantage)],
        },
      ],
      loss: { kind: "ppo", low: 0.8, high: 1.2 },
      adam,
    },
    [[-5, ...all.map(({ now }) => now)]],
  )

describe("updateMetrics", () => {
  it.prop("counts shares from 0 to 1, weights above 0, and squares that are not negative", [tokens], ([all]) => {
    const { clipShare, weights, klSampleTrain, tokens } = metricsOf(all)
    assert.strictEqual(tokens, all.length)
    assert.isTrue(clipShare >= 0 && clipShare <= 1)
    assert.isAtLeast(klSampleTrain.v2, 0)
    assert.isTrue(0 < weights.low && weights.low <= weights.high)
    assert.isTrue(weights.mean <= weights.high * (1 + 1e-9) && weights.mean >= weights.low * (1 - 1e-9))
  })

  it("clips what the advantage pushes further out, and nothing that it pulls back", () => {
    const far = { sampled: -2, now: -1 }
    const near = { sampled: -1, now: -2 }
    assert.strictEqual(metricsOf([{ ...far, advantage: 1 }]).clipShare, 1)
    assert.strictEqual(metricsOf([{ ...far, advantage: -1 }]).clipShare, 0)
    assert.strictEqual(metricsOf([{ ...near, advantage: -1 }]).clipShare, 1)
    assert.strictEqual(metricsOf([{ ...near, advantage: 1 }]).clipShare, 0)
    assert.closeTo(metricsOf([{ ...far, advantage: 1 }]).weights.mean, Math.E, 1e-12)
    assert.deepStrictEqual(metricsOf([{ ...far, advantage: 1 }]).klSampleTrain, { v1: -1, v2: 0.5 })
  })

  it("is the same policy where nothing changed", () => {
    const same = metricsOf([{ sampled: -1, now: -1, advantage: 1 }])
    assert.deepStrictEqual(same.weights, { mean: 1, low: 1, high: 1 })
    assert.strictEqual(same.clipShare, 0)
  })
})
