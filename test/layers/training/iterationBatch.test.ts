import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck as fc, Schema } from "effect"
import type { Trajectory } from "../../../layers/training/GrpoDatums.ts"
import { embeddedGrpo, GrpoRecipe } from "../../../layers/training/GrpoRecipe.ts"
import type { GrpoSettings } from "../../../layers/training/GrpoRecipe.ts"
import { iterationBatch } from "../../../layers/training/iterationBatch.ts"
import { chosenGroups, groupCounts, needsMore } from "../../../layers/training/groupDraws.ts"

const recipeOf = (settings: Partial<GrpoSettings>) => Schema.decodeSync(GrpoRecipe)({ ...embeddedGrpo, ...settings })
const options = { reference: () => [], scale: "token-sum", seed: 3, iteration: 0 } as const
const rollout = (prompt: number, reward: number, action: ReadonlyArray<number> = [9]): Trajectory => ({
  transitions: [{ observation: [prompt, prompt], action, logprobs: action.map(() => -1), reward: 0 }],
  finalReward: reward,
})
const batchOf = (groups: ReadonlyArray<ReadonlyArray<Trajectory>>, settings: Partial<GrpoSettings>, more = {}) =>
  Either.getOrThrow(iterationBatch(groups, recipeOf(settings), { ...options, ...more }))
const four = [1, 2, 3, 4].map((prompt) => [rollout(prompt, 0), rollout(prompt, 1)])
const promptsIn = (
  request: { readonly datums: ReadonlyArray<{ readonly modelInput: ReadonlyArray<number> }> } | undefined,
) => [...new Set(request?.datums.map(({ modelInput }) => modelInput[0]))]

describe("mini-batches", () => {
  it("is one step over all groups in their order by default", () => {
    const { requests, groups } = batchOf(four, {})
    assert.deepStrictEqual(requests.map(promptsIn), [[1, 2, 3, 4]])
    assert.strictEqual(groups, 4)
  })

  it.prop(
    "trains every group once in every epoch, in an order that the seed gives",
    [fc.nat(99), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })],
    (given) => {
      const [seed, miniBatch, epochs] = given
      const { requests } = batchOf(four, { prompts: 4, miniBatch, epochs }, { seed })
      const size = Math.ceil(4 / miniBatch)
      assert.strictEqual(requests.length, size * epochs)
      for (let epoch = 0; epoch < epochs; epoch++) {
        const seen = requests.slice(epoch * size, (epoch + 1) * size).flatMap(promptsIn)
        assert.deepStrictEqual(seen.sort(), [1, 2, 3, 4])
      }
      assert.deepStrictEqual(requests, batchOf(four, { prompts: 4, miniBatch, epochs }, { seed }).requests)
    },
  )

  it("sends Adam's settings, and leaves out those that are off", () => {
    assert.deepStrictEqual(batchOf(four, {}).requests[0]?.adam, {
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
    })
    const { requests } = batchOf(four, { betas: [0.9, 0.999], weightDecay: 0.01, gradientClip: 1, loss: "ppo" })
    assert.include(requests[0]?.adam, { beta2: 0.999, weightDecay: 0.01, gradClipNorm: 1 })
    assert.deepStrictEqual(requests[0]?.loss, { kind: "ppo", low: 0.8, high: 1.2 })
  })
})

describe("groups", () => {
  const mixed = [
    [rollout(1, 0), rollout(1, 0)],
    [rollout(2, 0), rollout(2, 0.2)],
    [rollout(3, 0.9), rollout(3, 1)],
  ]
  const rewardsOf = (group: ReadonlyArray<Trajectory>) => group.map(({ finalReward }) => finalReward)

  it("drops constant groups or keeps them, and leaves out what the filter does not let through", () => {
    assert.deepStrictEqual(promptsIn(batchOf(mixed, {}).requests[0]), [2, 3])
    assert.deepStrictEqual(promptsIn(batchOf(mixed, { dropConstantGroups: false }).requests[0]), [1, 2, 3])
    assert.deepStrictEqual(promptsIn(batchOf(mixed, { filter: { most: 0.5 } }).requests[0]), [2])
    assert.deepStrictEqual(batchOf(mixed, { filter: { least: 2 } }).requests, [])
  })

  it.prop(
    "makes no update where rewards differ in no group, whatever the penalty, and else of the groups that differ",
    [
      fc.array(fc.tuple(fc.constantFrom(0, 1), fc.constantFrom(0, 1)), { minLength: 1, maxLength: 4 }),
      fc.constantFrom("advantage" as const, "reward" as const, "loss-gradient" as const),
      fc.constantFrom(1, 2, undefined),
    ],
    (given) => {
      const [rewards, klPlacement, miniBatch] = given
      const groups = rewards.map(([one, other], prompt) => [rollout(prompt, one), rollout(prompt, other, [8])])
      const settings = { kl: 0.5, klPlacement, klEstimator: "k2", prompts: 4, ...(miniBatch && { miniBatch }) } as const
      const reference = ({ targetTokens }: { readonly targetTokens: ReadonlyArray<number> }) =>
        targetTokens.map((token) => -token)
      const batch = batchOf(groups, settings, { reference })
      const different = rewards.flatMap(([one, other], prompt) => (one === other ? [] : [prompt]))
      assert.strictEqual(batch.groups, different.length)
      assert.deepStrictEqual(batch.requests.flatMap(promptsIn).sort(), different)
      // How far the policy is from the initial model is known all the same.
      assert.isAbove(batch.kl, 0)
      const kept = batchOf(groups, { ...settings, dropConstantGroups: false }, { reference })
      assert.strictEqual(kept.requests.flatMap(promptsIn).length, groups.length)
    },
  )

  it("asks for more prompts until enough groups teach something, and then takes the first of them", () => {
    const recipe = recipeOf({ prompts: 2, rounds: 3 })
    assert.isTrue(needsMore(mixed.slice(0, 2).map(rewardsOf), recipe, 1))
    assert.isFalse(needsMore(mixed.map(rewardsOf), recipe, 2))
    assert.isFalse(needsMore([], recipe, 3))
    assert.deepStrictEqual(chosenGroups([...mixed, ...mixed], rewardsOf, recipe), mixed.slice(1))
    assert.deepStrictEqual(chosenGroups(mixed.slice(0, 1), rewardsOf, recipe), mixed.slice(0, 1))
    assert.deepStrictEqual(chosenGroups(mixed, rewardsOf, recipeOf({})), mixed)
    assert.deepStrictEqual(groupCounts(mixed.map(rewardsOf), recipeOf({ filter: { least: 0.05 } }), 2), {
      drawn: 3,
      constant: 1,
      filtered: 1,
      trained: 2,
    })
  })
})

describe("the penalty as reward", () => {
  it("takes the rollout's divergence from its reward before groups are compared, and drops groups by rewards alone", () => {
    // The second rollout is two nats further from the initial model: beta 0.5 takes 1 from its reward.
    const group = [rollout(1, 0, [9]), rollout(1, 1, [8])]
    const constant = [rollout(2, 1, [9]), rollout(2, 1, [8])]
    const reference = ({ targetTokens }: { readonly targetTokens: ReadonlyArray<number> }) => [
      0,
      targetTokens.at(-1) === 8 ? -3 : -1,
    ]
    const settings = { kl: 0.5, klPlacement: "reward", divideByStd: false } as const
    const { requests, kl } = batchOf([group, constant], settings, { reference })
    assert.deepStrictEqual(promptsIn(requests[0]), [1])
    for (const { advantages } of requests[0]?.datums ?? []) assert.closeTo(advantages?.[1] ?? NaN, 0, 1e-12)
    assert.closeTo(kl, 1, 1e-12)
    const harder = batchOf([group], { ...settings, kl: 1 }, { reference }).requests[0]?.datums
    assert.isBelow(harder?.[1]?.advantages?.[1] ?? NaN, 0)
  })
})
