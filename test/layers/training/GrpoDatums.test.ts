import { Either, FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { groupAdvantages, grpoDatums, trajectoryDatums } from "../../../layers/training/GrpoDatums.ts"
import type { Trajectory, Transition } from "../../../layers/training/GrpoDatums.ts"

const turn = (observation: Array<number>, action: Array<number>, more: Partial<Transition> = {}): Transition => ({
  observation,
  action,
  logprobs: action.map((id) => -id / 8),
  reward: 0,
  ...more,
})
const trajectory = (...transitions: Array<Transition>): Trajectory => ({ transitions, finalReward: 0 })
const rewarded = (finalReward: number): Trajectory => ({ transitions: [turn([1, 2], [3])], finalReward })
const datumsOf = (item: Trajectory, advantage: number) => Either.getOrThrow(trajectoryDatums(item, advantage))

describe("trajectoryDatums", () => {
  it("merges turns that continue each other, shifts by one, and masks what was not sampled", () => {
    expect(datumsOf(trajectory(turn([1, 2], [3, 4]), turn([1, 2, 3, 4, 5], [6])), 0.5)).toEqual([
      {
        modelInput: [1, 2, 3, 4, 5],
        targetTokens: [2, 3, 4, 5, 6],
        logprobs: [0, -0.375, -0.5, 0, -0.75],
        advantages: [0, 0.5, 0.5, 0, 0.5],
        mask: [0, 1, 1, 0, 1],
      },
    ])
  })

  it("opens a new datum where the prompt was rewritten", () => {
    const datums = datumsOf(trajectory(turn([1, 2], [3, 4]), turn([1, 2, 9, 4, 5], [6])), 1)
    expect(datums.map((datum) => datum.targetTokens)).toEqual([
      [2, 3, 4],
      [2, 9, 4, 5, 6],
    ])
  })

  it("keeps the log-probabilities of a masked turn, and nothing else of it", () => {
    const [datum] = datumsOf(trajectory(turn([1], [2], { masked: true }), turn([1, 2, 3], [4])), 1)
    expect(datum).toMatchObject({ logprobs: [-0.25, 0, -0.5], advantages: [0, 0, 1], mask: [0, 0, 1] })
  })

  it("gives a turn its share of the advantage, and refuses a share that is no number", () => {
    const [datum] = datumsOf(trajectory(turn([1], [2]), turn([1, 2, 3], [4], { share: -0.5 })), 2)
    expect(datum?.advantages).toEqual([2, 0, -1])
    const wrong = trajectoryDatums(trajectory(turn([1], [2], { share: Number.NaN })), 1)
    expect(Either.getOrThrow(Either.flip(wrong)).message).toContain("share of turn 0 is NaN")
  })

  it("gives no datum without tokens, and loses the first token of an action without a prompt", () => {
    expect(datumsOf(trajectory(), 1)).toEqual([])
    expect(datumsOf(trajectory(turn([], [])), 1)).toEqual([])
    expect(datumsOf(trajectory(turn([], [7, 8])), 1)).toMatchObject([{ modelInput: [7], targetTokens: [8], mask: [1] }])
  })

  it.each([
    ["one token", trajectory(turn([1], [])), "nothing to predict"],
    ["missing log-probabilities", trajectory(turn([1], [2, 3], { logprobs: [-1] })), "2 sampled tokens and 1"],
    ["a log-probability that is no number", trajectory(turn([1], [2], { logprobs: [Number.NaN] })), "not a number"],
    ["a reward that is no number", trajectory(turn([1], [2], { reward: Number.NaN })), "reward of turn 0 is NaN"],
  ])("refuses %s", (_, item, detail) => {
    expect(Either.getOrThrow(Either.flip(trajectoryDatums(item, 1))).message).toContain(detail)
  })

  const ids = (minLength: number) => fc.array(fc.nat(9), { minLength, maxLength: 6 })
  const turns = fc.array(fc.record({ news: ids(1), action: ids(1), rewritten: fc.boolean() }), { minLength: 1 })

  it("trains every sampled token exactly once, whatever the turns", () => {
    fc.assert(
      fc.property(turns, fc.double({ min: -2, max: 2, noNaN: true }), (specs, advantage) => {
        let context: Array<number> = []
        const transitions = specs.map(({ news, action, rewritten }) => {
          const observation = rewritten ? [10, ...news] : [...context, ...news]
          context = [...observation, ...action]
          return turn(observation, action)
        })
        const datums = datumsOf(trajectory(...transitions), advantage)
        const trained = datums.flatMap((datum) => datum.targetTokens.filter((_, i) => datum.mask[i] === 1))
        expect(trained).toEqual(specs.flatMap((spec) => spec.action))
        for (const { modelInput, targetTokens, logprobs, advantages, mask } of datums) {
          expect(modelInput.slice(1)).toEqual(targetTokens.slice(0, -1))
          expect(advantages).toEqual(mask.map((on) => (on === 1 ? advantage : 0)))
          expect(logprobs).toEqual(mask.map((on, i) => (on === 1 ? -targetTokens[i]! / 8 : 0)))
        }
      }),
    )
  })
})

describe("groupAdvantages", () => {
  const totals = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 2, maxLength: 12 })

  it("centres on the group: sums to 0, keeps differences", () => {
    fc.assert(
      fc.property(totals, (values) => {
        const advantages = groupAdvantages(values)
        expect(advantages.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9)
        expect(advantages[1]! - advantages[0]!).toBeCloseTo(values[1]! - values[0]!, 9)
      }),
    )
  })

  it("sums to 0 when divided by the deviation too", () => {
    fc.assert(
      fc.property(totals, (values) => {
        const advantages = groupAdvantages(values, { divideByStd: true })
        expect(advantages.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 6)
      }),
    )
  })

  it("divides by the sample standard deviation when asked", () => {
    const [low, high] = groupAdvantages([0, 1], { divideByStd: true })
    expect(high).toBeCloseTo(0.5 / (Math.SQRT1_2 + 1e-6), 12)
    expect(low).toBeCloseTo(-high!, 12)
  })

  it("gives exactly 0 where all totals are equal, also where their mean would be rounded", () => {
    expect(groupAdvantages([0.1, 0.1, 0.1], { divideByStd: true })).toEqual([0, 0, 0])
    expect(groupAdvantages([0.7])).toEqual([0])
  })
})

describe("grpoDatums", () => {
  const groups = [
    [rewarded(0.5), rewarded(0.5)],
    [rewarded(0), rewarded(1)],
  ]

  it("drops groups that teach nothing and says which are left", () => {
    const batch = Either.getOrThrow(grpoDatums(groups, { dropConstantGroups: true }))
    expect(batch.totalRewards).toEqual([
      [0.5, 0.5],
      [0, 1],
    ])
    expect(batch.keptGroups).toEqual([1])
    expect(batch.advantages).toEqual([[-0.5, 0.5]])
    expect(batch.datums.map(({ group, trajectory }) => [group, trajectory])).toEqual([
      [0, 0],
      [0, 1],
    ])
  })

  it("keeps all groups when told to, and the first when none would be left", () => {
    expect(Either.getOrThrow(grpoDatums(groups, { dropConstantGroups: false })).keptGroups).toEqual([0, 1])
    const constant = Either.getOrThrow(grpoDatums([groups[0]!, groups[0]!], { dropConstantGroups: true }))
    expect(constant.keptGroups).toEqual([0])
    expect(constant.datums.map(({ datum }) => datum.advantages)).toEqual([
      [0, 0],
      [0, 0],
    ])
  })

  it("says which trajectory is wrong, counted among the groups given", () => {
    const bad = [...groups, [rewarded(1), trajectory(turn([1], []))]]
    const error = Either.getOrThrow(Either.flip(grpoDatums(bad, { dropConstantGroups: true })))
    expect(error).toMatchObject({ group: 2, trajectory: 1 })
    const lost = grpoDatums([[rewarded(1), rewarded(Number.NaN)]], { dropConstantGroups: true })
    expect(Either.getOrThrow(Either.flip(lost))).toMatchObject({ group: 0, trajectory: 1 })
  })
})
