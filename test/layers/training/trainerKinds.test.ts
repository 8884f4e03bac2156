import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Grpo from "../../../layers/training/Grpo.ts"
import { grpoProblem, GrpoRecipe } from "../../../layers/training/GrpoRecipe.ts"
import type { GrpoSettings } from "../../../layers/training/GrpoRecipe.ts"
import { judgeRecipe, notesOf } from "../../../layers/training/trainerKinds.ts"

const decode = Schema.decodeSync(GrpoRecipe)
const kinds = ["embedded", "skyrl", "hosted"] as const

describe("presets", () => {
  it("has nothing wrong in itself", () => {
    for (const settings of [Grpo.paper, Grpo.paperApprox, Grpo.embedded])
      assert.isUndefined(grpoProblem(decode(settings)))
  })

  it("refuses the paper's wherever one of its settings is not honoured, with the list", () => {
    const lacking = {
      embedded: ["rank 0 (all weights)", "gradientClip 1", 'klPlacement "loss"'],
      skyrl: ["Adam with betas 0.9, 0.999 and eps 1e-8", "weightDecay 0.01", "gradientClip 1", 'klPlacement "loss"'],
      hosted: ["rank 0 (all weights)", 'klPlacement "loss"'],
    }
    for (const kind of kinds) {
      const text = judgeRecipe(decode(Grpo.paper), kind).refused.join("\n")
      for (const setting of lacking[kind]) assert.include(text, setting.replace("1e-8", String(1e-8)))
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
    ])
      assert.include(notes, `Not the paper's: ${difference}`)
    assert.include(notes, "gradientClip 1 is passed over by the embedded trainer")
  })

  it("says nothing of the embedded preset, on any trainer", () => {
    for (const kind of [...kinds, undefined]) {
      assert.deepStrictEqual(judgeRecipe(decode(Grpo.embedded), kind), { refused: [], passedOver: [] })
      assert.deepStrictEqual(notesOf(decode(Grpo.embedded), kind), [])
    }
  })

  it("says that sampling was biased", () => {
    const biased: GrpoSettings = { ...Grpo.embedded, sampling: { temperature: 0.7, biased: true } }
    assert.match(notesOf(decode(biased), "embedded").join(), /^Biased: sampled at temperature 0.7/)
  })
})
