import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as U from "../../../workflows/index.ts"
import { rolloutDemands } from "../../../workflows/stages/rolloutDemands.ts"

const conversing = Schema.decodeSync(U.Conversing)(U.embeddedConversing)
const judges = [U.Model.openai("judge-a"), U.Model.openai("judge-b")] as const
const rubric = Schema.decodeSync(U.Reward)({ _tag: "RubricReward", judges })
const checklist = Schema.decodeSync(U.Reward)({ _tag: "ChecklistReward", checks: [] })
const summary = (demands: ReturnType<typeof rolloutDemands>) =>
  demands.map(({ role, model, calls }) => [role, model.name, calls.low, calls.expected, calls.high])

describe("rolloutDemands", () => {
  it("names every model that is called: who speaks, each judge, and the initial model that scores fluency", () => {
    const demands = rolloutDemands({
      count: 10,
      conversing,
      assistant: U.Model.embedded,
      simulator: U.Model.openai("user"),
      opens: true,
      reward: rubric,
    })
    assert.deepEqual(summary(demands), [
      ["assistant", U.Model.embedded.name, 10, 20, 20],
      ["simulator", "user", 0, 20, 120],
      ["judge", U.Model.embedded.name, 10, 10, 10],
      ["judge", "judge-a", 10, 10, 30],
      ["judge", "judge-b", 10, 10, 30],
    ])
    for (const { promptTokens, completionTokens } of demands)
      for (const { low, expected, high } of [promptTokens, completionTokens]) {
        assert.isTrue(low <= expected && expected <= high, JSON.stringify({ low, expected, high }))
      }
  })

  it("asks an assistant behind an endpoint for no log-probabilities, and a checklist no model", () => {
    const remote = U.Model.openai("assistant")
    const demands = rolloutDemands({ count: 1, conversing, assistant: remote, simulator: remote, reward: checklist })
    assert.deepEqual(
      demands.map(({ role }) => role),
      ["assistant", "simulator"],
    )
  })

  it("counts every judge of every part, turn and forward sample, and who speaks in those", () => {
    const simulator = U.Model.openai("user")
    const demandsOf = (reward: typeof U.Reward.Encoded) =>
      rolloutDemands({
        count: 10,
        conversing,
        assistant: simulator,
        simulator,
        reward: Schema.decodeSync(U.Reward)(reward),
      }).slice(2)
    const [a, b] = judges
    const mix = U.Reward.mix([
      [1, U.Reward.rubric([a])],
      [0.5, U.Reward.interactivity([b])],
      [-0.1, U.Reward.tokens],
      [1, U.Reward.command(["score"])],
    ])
    assert.deepEqual(summary(demandsOf(mix)), [
      ["judge", "judge-a", 10, 10, 30],
      ["judge", "judge-b", 10, 10, 30],
    ])
    assert.deepEqual(summary(demandsOf(U.Reward.turns(mix))), [
      ["judge", "judge-a", 10, 20, 60],
      ["judge", "judge-b", 10, 20, 60],
    ])
    const forward = { metrics: [{ weight: 1, metric: U.Reward.rubric([a]) }], samples: 3, window: 2 } as const
    assert.deepEqual(summary(demandsOf(U.Reward.multiTurnAware(forward))), [
      ["assistant", "user", 0, 60, 60],
      ["simulator", "user", 30, 60, 60],
      ["judge", "judge-a", 30, 30, 90],
    ])
    assert.deepEqual(summary(demandsOf(U.Reward.multiTurnAware({ ...forward, window: 0 }))), [
      ["judge", "judge-a", 10, 10, 30],
    ])
  })
})
