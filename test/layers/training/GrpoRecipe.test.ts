import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc, Schema } from "effect"
import { embeddedGrpo, GrpoRecipe } from "../../../layers/training/GrpoRecipe.ts"
import { iterationBatch } from "../../../layers/training/iterationBatch.ts"
import { klShaped } from "../../../layers/training/klPenalty.ts"
import { tokenMean } from "../../../layers/training/lossReduction.ts"

const recipe = Schema.decodeSync(GrpoRecipe)(embeddedGrpo)

const datum = (length: number, advantage: number) => ({
  modelInput: Array.from({ length: length + 1 }, (_, i) => i),
  targetTokens: Array.from({ length: length + 1 }, (_, i) => i + 1),
  logprobs: [0, ...Array.from({ length }, () => -1)],
  advantages: [0, ...Array.from({ length }, () => advantage)],
  mask: [0, ...Array.from({ length }, () => 1)],
})
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })

describe("tokenMean", () => {
  it.prop("gives every trained token the same weight on either kind of backend", [lengths], ([counts]) => {
    const datums = counts.map((count) => datum(count, 1))
    const total = counts.reduce((sum, count) => sum + count, 0)
    // What a backend does to one token's advantage, from its own definition of the loss.
    const weight = { "token-sum": () => 1, "sequence-mean": (i: number) => 1 / ((counts[i] ?? 1) * counts.length) }
    for (const scale of ["token-sum", "sequence-mean"] as const) {
      tokenMean(datums, scale).forEach(({ advantages }, i) => {
        assert.closeTo((advantages[1] ?? 0) * weight[scale](i), 1 / total, 1e-12)
        assert.strictEqual(advantages[0], 0)
      })
    }
  })
})

describe("klShaped", () => {
  it.prop(
    "moves advantages between tokens without changing their sum",
    [lengths, fc.float({ min: 0, max: 2, noNaN: true })],
    (args) => {
      const [counts, coefficient] = args
      const datums = counts.map((count) => datum(count, 0.5))
      const { shaped } = klShaped(datums, ({ targetTokens }) => targetTokens.map((token) => -token / 3), coefficient)
      const sum = (all: ReadonlyArray<{ readonly advantages: ReadonlyArray<number> }>) =>
        all.flatMap(({ advantages }) => advantages).reduce((a, b) => a + b, 0)
      assert.closeTo(sum(shaped), sum(datums), 1e-9)
      assert.isTrue(shaped.every(({ advantages }) => advantages[0] === 0))
    },
  )

  it("holds back the tokens that left the initial model", () => {
    const { shaped, kl } = klShaped([datum(2, 0)], () => [0, -1, -3], 0.1)
    assert.closeTo(kl, 1, 1e-12)
    assert.closeTo(shaped[0]?.advantages[1] ?? 0, 0.1, 1e-12)
    assert.closeTo(shaped[0]?.advantages[2] ?? 0, -0.1, 1e-12)
  })
})

describe("iterationBatch", () => {
  it("trains on what a group's rewards differ in", () => {
    const turn = (action: number) => ({ observation: [1, 2], action: [action], logprobs: [-1], reward: 0 })
    const group = [
      { transitions: [turn(3)], finalReward: 1 },
      { transitions: [turn(4)], finalReward: 0 },
    ]
    const options = { reference: () => [-1, -1], scale: "token-sum", seed: 0, iteration: 0 } as const
    const batch = Either.getOrThrow(iterationBatch([group], recipe, options))
    const [better, worse] = batch.requests[0]?.datums ?? []
    assert.isAbove(better?.advantages?.[1] ?? 0, 0)
    assert.isBelow(worse?.advantages?.[1] ?? 0, 0)
    assert.strictEqual(better?.advantages?.[0], 0)
  })
})
