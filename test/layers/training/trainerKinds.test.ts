import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Grpo from "../../../layers/training/Grpo.ts"
import { grpoProblem, GrpoRecipe } from "../../../layers/training/GrpoRecipe.ts"
import type { GrpoSettings } from "../../../layers/training/GrpoRecipe.ts"
import { judgeRecipe, notesOf } from "../../../layers/training/trainerKinds.ts"

const decode = Schema.decodeSync(GrpoRecipe)
const kinds = ["embedded", "skyrl", "skyrl-jax", "hosted"] as const

describe("presets", () => {
  it("has nothing wrong in itself", () => {
    for (const settings of [Grpo.paper, Grpo.paperApprox, Grpo.embedded])
      assert.isUndefined(grpoProblem(decode(settings)))
  })

  it("refuses the paper's wherever one of its settings is not honoured, with the list", () => {
    const lacking = {
      embedded: ["rank 0 (all weights)", "gradientClip 1", 'klPlacement "loss"'],
      skyrl: ['klPlacement "loss"'],
      "skyrl-jax": ["rank 0 (all weights)", "gradientClip 1", 'klPlacement "loss"'],
      hosted: ["rank 0 (all weights)", 'klPlacement "loss"'],
    }
    for (const kind of kinds) {
      const { refused } = judgeRecipe(decode(Grpo.paper), kind)
      assert.deepStrictEqual(
        refused.map((text) => text.split(": not honoured")[0]),
        lacking[kind],
      )
    }
  })

  it("refuses what calls itself the paper's and is not", () => {
    const changed = decode({ ...Grpo.paper, learningRate: 1e-6 })
    assert.include(judgeRecipe(changed, "skyrl").refused.join("\n"), "learningRate 0.000001 instead of 8e-7")
  })

  it("carries the nearest to the paper's out, and names each difference", () => {
    for (const kind of kinds) assert.deepStrictEqual(judgeRecipe(decode(Grpo.paperApprox), kind).refused, [])
    const notes = notesOf(decode(Grpo.paperApprox), "embedded").join("\n")
    for (const difference of [
      "rank 32 instead of 0",
      "learningRate 0.000008 instead of 8e-7",
      'klPlacement "loss-gradient" instead of "loss"',
      'validation {"prompts":500,"samples":1,"every":20} instead of {"prompts":10000,"samples":1,"every":20}',
    ])
      assert.include(notes, `Not the paper's: ${difference}`)
    assert.include(notes, "gradientClip 1 is passed over by the embedded trainer")
  })

  it("compares a recipe with what SkyRL's training backends do unasked", () => {
    assert.deepStrictEqual(judgeRecipe(decode(Grpo.paperApprox), "skyrl").passedOver, [])
    const adam = (betas: string, eps: number) => `Adam with betas ${betas} and eps ${eps}`
    assert.deepStrictEqual(judgeRecipe(decode(Grpo.embedded), "skyrl").passedOver, [
      `${adam("0.9, 0.95", 1e-8)} is passed over by SkyRL (FSDP or Megatron), which keeps to ${adam("0.9, 0.999", 1e-8)}.`,
      "weightDecay 0 is passed over by SkyRL (FSDP or Megatron), which keeps to weightDecay 0.01.",
      "gradientClip 0 is passed over by SkyRL (FSDP or Megatron), which keeps to gradientClip 1.",
    ])
  })

  it("refuses a penalty against the initial model where the one in training has taken its place", () => {
    const all = { ...Grpo.embedded, rank: 0 }
    assert.match(judgeRecipe(decode(all), "skyrl").refused.join(), /^kl 0.05 with rank 0: .*: not honoured by SkyRL/)
    assert.deepStrictEqual(judgeRecipe(decode({ ...all, kl: 0 }), "skyrl").refused, [])
  })

  it("says nothing of the embedded preset on trainers that do as told", () => {
    for (const kind of ["embedded", "skyrl-jax", "hosted", undefined] as const) {
      assert.deepStrictEqual(judgeRecipe(decode(Grpo.embedded), kind), { refused: [], passedOver: [] })
      assert.deepStrictEqual(notesOf(decode(Grpo.embedded), kind), [])
    }
  })

  it("says that sampling was biased", () => {
    const biased: GrpoSettings = { ...Grpo.embedded, sampling: { temperature: 0.7, biased: true } }
    assert.match(notesOf(decode(biased), "embedded").join(), /^Biased: sampled at temperature 0.7/)
  })
})
