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

  const user = U.Model.openai("user")
  const promptsOf = (settings: typeof U.Conversing.Encoded, reward: typeof U.Reward.Encoded = rubric) =>
    rolloutDemands({
      count: 1,
      conversing: Schema.decodeSync(U.Conversing)(settings),
      assistant: U.Model.trainable("policy"),
      simulator: user,
      reward: Schema.decodeSync(U.Reward)(reward),
    }).map(({ promptTokens }) => promptTokens)

  it("reads, turn by turn, what both sides are expected to have said before", () => {
    const [opening, frame, told, rubricText] = [200, 4, 300, 200]
    const [turn, reply] = [0.8 * 1024 + frame, 0.8 * 2048 + frame]
    const before = [0, 1, 2, 3, 4].map((said) => opening + frame + said * (turn + reply))
    const sum = (numbers: ReadonlyArray<number>) => numbers.reduce((total, number) => total + number, 0)
    const after = before.map((read) => read + reply)
    const [assistant, simulator, fluency, ...rubrics] = promptsOf(U.paperConversing)
    assert.closeTo(assistant?.expected ?? 0, sum(before), 1)
    assert.closeTo(simulator?.expected ?? 0, sum(after.slice(0, 4)) + 4 * told, 1)
    assert.closeTo(fluency?.expected ?? 0, after[4] ?? 0, 1)
    for (const { expected } of rubrics) assert.closeTo(expected, (after[4] ?? 0) + rubricText, 1)

    // A judge of turns reads the conversation up to each of them.
    const byTurn = promptsOf(U.paperConversing, U.Reward.turns(U.Reward.rubric(judges))).slice(3)
    for (const { expected } of byTurn) assert.closeTo(expected, sum(after) + 5 * rubricText, 1)
  })

  it("reads no more than a conversation may have", () => {
    const open = promptsOf(U.paperConversing)
    const tight = promptsOf({ ...U.paperConversing, conversationTokens: 4096 })
    for (const [at, { expected, high }] of tight.entries()) {
      assert.isBelow(expected, open[at]?.expected ?? 0)
      assert.isBelow(high, open[at]?.high ?? 0)
    }
    assert.strictEqual(tight[2]?.high, 4096)
  })

  it("plans training within the recipe's limits, and the trainer for what policies say", () => {
    const split = U.Split({ corpus: U.embeddedCorpus() })
    const demandsOf = (limits: Parameters<typeof U.TrainAssistant>[0]["recipe"]["limits"]) => {
      const step = U.TrainAssistant({
        split,
        base: U.Model.embedded,
        simulator: U.RolePlay({ model: U.Model.embedded }),
        reward: { _tag: "ChecklistReward", checks: [] },
        conversing: { ...U.embeddedConversing, turns: 4 },
        recipe: { ...U.Grpo.embedded, limits },
      })
      return U.TrainAssistant.estimate(step.input as never, () => 0).demands
    }
    const [long, short] = [demandsOf({}), demandsOf({ turns: 2 })]
    for (const [at, { promptTokens }] of short.entries())
      assert.isBelow(promptTokens.expected, long[at]?.promptTokens.expected ?? 0)
    const [assistant, , fluency, trainer] = short
    assert.strictEqual(assistant?.calls.expected, 8 * 2 * 8 * 2)
    assert.strictEqual(trainer?.promptTokens.expected, fluency?.promptTokens.expected)
    const totals = demandsOf({ turns: 2, totalTokens: 60 })
    assert.strictEqual(totals.at(-1)?.promptTokens.high, 8 * 2 * 8 * (60 + 29 / 4 + 4))
  })

  it("plans reviews for as much as the simulated conversations say", () => {
    const split = U.Split({ corpus: U.embeddedCorpus() })
    const read = (turns: number) => {
      const simulation = U.Simulate({
        split,
        assistant: U.InitialAssistant({ model: U.Model.embedded }),
        simulator: U.RolePlay({ model: user }),
        conversing: { ...U.paperConversing, turns },
        prompts: 10,
      })
      const step = U.SimulatorReview({ split, simulation, judge: judges[0], conversations: 1 })
      return U.SimulatorReview.estimate(step.input as never, () => 10).demands[0]?.promptTokens.expected ?? 0
    }
    assert.closeTo(read(5) - read(4), 0.8 * (1024 + 2048) + 8, 1)
  })
})
