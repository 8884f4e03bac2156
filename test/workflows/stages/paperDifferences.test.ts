import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as U from "../../../workflows/index.ts"
import { Conversing } from "../../../workflows/stages/Conversing.ts"
import { paperDifferences } from "../../../workflows/stages/paperDifferences.ts"

const conversing = (settings: typeof Conversing.Encoded) => Schema.decodeSync(Conversing)(settings)
const reward = (given: typeof U.Reward.Encoded) => Schema.decodeSync(U.Reward)(given)
const judges = [
  U.Model.openai("mistralai/Mistral-Small-3.1-24B-Instruct-2503"),
  U.Model.openai("Qwen/Qwen3-32B"),
] as const
const rubric = (onJudgeFailure: "paper-zero" | "drop-rollout") => reward({ ...U.Reward.rubric(judges), onJudgeFailure })

describe("paperDifferences", () => {
  it("has nothing to say of the paper's own", () =>
    assert.deepStrictEqual(
      paperDifferences({ conversing: conversing(U.paperConversing), reward: rubric("paper-zero") }),
      [],
    ))

  it("names every setting of conversations and rewards that is another", () => {
    assert.deepStrictEqual(
      paperDifferences({
        conversing: conversing({ ...U.paperConversing, turns: 2, system: "Be short." }),
        reward: rubric("drop-rollout"),
      }),
      [
        "conversing.turns 2 instead of 5",
        'conversing.system "Be short." instead of nothing',
        'a judge that fails gives "drop-rollout" instead of a 0 in the mean ("paper-zero")',
      ],
    )
    const checks = reward({ _tag: "ChecklistReward", checks: [{ kind: "words", min: 1, max: 2 }] })
    assert.deepStrictEqual(paperDifferences({ conversing: conversing(U.paperConversing), reward: checks }), [
      "reward ChecklistReward instead of two judges with a rubric",
    ])
    const one = reward(U.Reward.rubric([U.Model.openai("gpt-4o-mini-2024-07-18")]))
    assert.include(
      paperDifferences({ conversing: conversing(U.paperConversing), reward: one })[0],
      "judges gpt-4o-mini-2024-07-18 instead of mistralai/",
    )
  })
})
