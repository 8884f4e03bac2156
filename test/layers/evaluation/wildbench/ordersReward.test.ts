import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { outcomeOf } from "../../../../layers/evaluation/judges/PairJudge.ts"
import { choiceScores } from "../../../../layers/evaluation/wildbench/lengthPenalty.ts"
import type { Choice } from "../../../../layers/evaluation/wildbench/lengthPenalty.ts"
import { ordersReward } from "../../../../layers/evaluation/wildbench/ordersReward.ts"
import { scoreTwoOrders } from "../../../../layers/evaluation/wildbench/lengthPenalty.ts"
import type { WildBenchPair } from "../../../../src/domain/WildBench.ts"

const pair = (one: Choice | null, other: Choice | null, change: Partial<WildBenchPair> = {}): WildBenchPair => {
  const order = (choice: Choice | null) => ({ choice, reason: "", key: null, failure: null })
  const orders = [order(one), order(other)] as const
  return {
    session: "s",
    primaryTag: "Math",
    secondaryTags: [],
    testLength: 10,
    referenceLength: 10,
    incomplete: false,
    verdict: { orders, outcome: outcomeOf(orders) },
    ...change,
  }
}
const choices = Object.keys(choiceScores) as ReadonlyArray<Choice>
const choice = fc.constantFrom(...choices)
const mirrored = (one: Choice) => choices.find((other) => choiceScores[other] === -choiceScores[one])!

describe("ordersReward", () => {
  it("takes the mean of both orders; contradictions and incomplete answers are ties, half-judged pairs missing", () => {
    const found = ordersReward(
      [
        pair("A++", "A+"),
        pair("A+", "A=B"),
        pair("A++", "B+"),
        pair("A++", null),
        pair("B++", "B++", { primaryTag: "Planning" }),
        { ...pair(null, null), incomplete: true, verdict: null },
      ],
      null,
    )
    assert.deepInclude(found, { wins: 2, ties: 1, losses: 1, inconsistent: 1, incomplete: 1, missing: 1 })
    assert.closeTo(found.reward!, (0.75 + 0.25 + 0 - 1 + 0) / 5, 1e-12)
    assert.closeTo(found.categoryRewards["Math & Data Analysis"]!, 1 / 3, 1e-12)
    assert.closeTo(found.taskMacroReward!, (1 / 3 - 1.25) / 4.75, 1e-12)
    // One pair of six is missing.
    assert.closeTo(found.ifMissingLost!, (0 - 1) / 6, 1e-12)
    assert.closeTo(found.ifMissingWon!, (0 + 1) / 6, 1e-12)
    const nothing = { reward: null, ifMissingLost: null, ifMissingWon: null, taskMacroReward: null }
    assert.deepInclude(ordersReward([], null), nothing)
  })

  it("makes a slight preference for a longer answer a tie, from either side", () => {
    const long = pair("A+", "A+", { testLength: 1011 })
    assert.deepEqual(
      [null, 1000, 1001].map((margin) => ordersReward([long], margin).reward),
      [0.5, 0, 0.5],
    )
    assert.strictEqual(ordersReward([pair("B+", "B+", { referenceLength: 2000 })], 1000).reward, 0)
    assert.strictEqual(ordersReward([pair("A++", "A++", { testLength: 5000 })], 1000).reward, 1)
  })

  it("equals the paper's two orders where they don't contradict each other", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(choice, choice, fc.nat(2000), fc.nat(2000)), { minLength: 1 }), (all) => {
        const agreeing = all.filter(([one, other]) => choiceScores[one] * choiceScores[other] >= 0)
        const ours = ordersReward(
          agreeing.map(([one, other, testLength, referenceLength]) =>
            pair(one, other, { testLength, referenceLength }),
          ),
          500,
        )
        const theirs = scoreTwoOrders(
          agreeing.map(([one, other, length1, length2]) => ({
            length1,
            length2,
            order1: one,
            order2: mirrored(other),
          })),
          500,
        )
        assert.closeTo(ours.reward ?? 0, theirs.reward ?? 0, 1e-12)
        assert.deepEqual([ours.wins, ours.ties, ours.losses], [theirs.wins, theirs.ties, theirs.losses])
      }),
    )
  })
})
