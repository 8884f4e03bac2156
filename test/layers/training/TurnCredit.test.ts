import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  creditShares,
  outcomeAdvantages,
  trajectoryScore,
  turnAdvantages,
  turnCredits,
} from "../../../layers/training/TurnCredit.ts"

const reward = fc.integer({ min: 0, max: 20 }).map((value) => value / 20)
const rewards = fc.array(reward, { minLength: 1, maxLength: 6 })

describe("turn credits", () => {
  it("of reward to go are discounted sums, of which the first is the score", () => {
    fc.assert(
      fc.property(rewards, (given) => {
        const credits = turnCredits(given, "R2G", 0.8)
        given.forEach((_, t) => {
          const later = given.slice(t).reduce((sum, value, i) => sum + 0.8 ** i * value, 0)
          expect(credits[t]).toBeCloseTo(later, 12)
        })
        expect(trajectoryScore(given, "R2G", 0.8)).toBeCloseTo(credits[0]!, 12)
        turnCredits(given, "EM").forEach((credit) => {
          expect(credit).toBeGreaterThanOrEqual(0.5)
          expect(credit).toBeLessThanOrEqual(1)
        })
      }),
    )
    expect([turnCredits([], "R2G"), trajectoryScore([], "Sum"), trajectoryScore([], "R2G")]).toEqual([[], 0, 0])
  })
})

describe("advantages", () => {
  it("sum to 0 in a group, are 0 where all scores are equal, and the score itself in a group of one", () => {
    fc.assert(
      fc.property(fc.array(reward, { minLength: 2, maxLength: 8 }), reward, (scores, same) => {
        const of = outcomeAdvantages(
          scores,
          scores.map(() => "g"),
        )
        expect(of.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6)
        expect(
          outcomeAdvantages(
            scores.map(() => same),
            scores.map(() => "g"),
          ),
        ).toEqual(scores.map(() => 0))
      }),
    )
    expect(outcomeAdvantages([0.85, 0.85, 0.85, 0.4], ["a", "a", "a", "b"], { byDeviation: false })).toEqual([
      0, 0, 0, 0.4,
    ])
  })

  it("keep their mean over the tokens that have credit", () => {
    const row = fc.record({
      group: fc.constantFrom("a", "b"),
      mask: fc.array(fc.constantFrom(0, 1), { minLength: 8, maxLength: 8 }),
      turnStarts: fc.constantFrom([], [0, 3], [2, 5], [0, 2, 4, 6]),
      rewards,
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const plain = outcomeAdvantages(
          rows.map((one) => trajectoryScore(one.rewards, "Sum")),
          rows.map(({ group }) => group),
        )
        turnAdvantages(rows, { credit: "R2G" }).forEach((tokens, i) => {
          const credited = tokens.filter((value) => value !== 0)
          const mean = credited.reduce((sum, value) => sum + value, 0) / credited.length
          if (credited.length > 0) expect(mean).toBeCloseTo(plain[i]!, 9)
          expect(tokens.every((value, token) => rows[i]!.mask[token] === 1 || value === 0)).toBe(true)
        })
      }),
    )
  })

  it("are 0 before the first turn, in turns without a reward, and where no turn has credit", () => {
    const row = { group: "g", mask: [1, 1, 1, 1, 1, 1], turnStarts: [1, 3, 5], rewards: [1, 1] }
    expect(turnAdvantages([row], { epsilon: 0 })).toEqual([[0, 1, 1, 1, 1, 0]])
    expect(turnAdvantages([{ ...row, rewards: [0, 0] }], { credit: "R2G" })).toEqual([[0, 0, 0, 0, 0, 0]])
  })
})

describe("credit shares", () => {
  const turn = fc.record({ reward, length: fc.integer({ min: 0, max: 5 }), said: fc.integer({ min: 0, max: 3 }) })
  const trajectory = fc.array(turn, { minLength: 1, maxLength: 6 })
  const methods = fc.record({
    credit: fc.constantFrom("Equalized" as const, "R2G" as const, "EM" as const),
    gamma: fc.constantFrom(0, 0.5, 1),
  })

  it("times the advantage of the trajectory are the advantages of its tokens", () => {
    fc.assert(
      fc.property(fc.array(trajectory, { minLength: 1, maxLength: 4 }), methods, (group, options) => {
        const rows = group.map((turns) => ({
          group: "g",
          mask: turns.flatMap(({ length, said }) => [...Array<number>(length).fill(1), ...Array<number>(said).fill(0)]),
          turnStarts: turns.map((_, i) => turns.slice(0, i).reduce((sum, one) => sum + one.length + one.said, 0)),
          rewards: turns.map((one) => one.reward),
        }))
        const plain = outcomeAdvantages(
          rows.map(({ rewards: given }) => trajectoryScore(given, "Sum")),
          rows.map(() => "g"),
        )
        const byToken = turnAdvantages(rows, options)
        group.forEach((turns, i) => {
          const shares = creditShares(
            turns.map((one) => one.reward),
            turns.map(({ length }) => length),
            options,
          )
          const expected = turns.flatMap(({ length, said }, t) => [
            ...Array<number>(length).fill(shares[t]! * plain[i]!),
            ...Array<number>(said).fill(0),
          ])
          expected.forEach((value, token) => expect(byToken[i]![token]).toBeCloseTo(value, 9))
        })
      }),
    )
  })

  it("are never negative, bounded, and 1 in the mean over tokens with credit, whatever the rewards", () => {
    const any = fc.record({
      reward: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, -0.1, -0.3, 0.02, -0.019)),
      length: fc.integer({ min: 0, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 6 }), methods, (turns, options) => {
        const rewards = turns.map((one) => one.reward)
        const lengths = turns.map(({ length }) => length)
        const shares = creditShares(rewards, lengths, options)
        const credited = lengths.reduce((sum, length, t) => sum + (shares[t] === 0 ? 0 : length), 0)
        shares.forEach((share, t) => {
          expect(share).toBeGreaterThanOrEqual(0)
          expect(share * lengths[t]!).toBeLessThanOrEqual(credited + 1e-9)
        })
        const total = shares.reduce((sum, share, t) => sum + share * lengths[t]!, 0)
        expect(total).toBeCloseTo(credited, 9)
        const credits = turnCredits(rewards, options.credit, options.gamma)
        if (credits.some((credit) => credit < 0) && credited > 0) expect(shares).toEqual(shares.map(() => 1))
      }),
    )
    expect(creditShares([0.02 + 0.8 * 0.019, -0.019], [1, 1], { credit: "R2G" })).toEqual([1, 1])
    expect(creditShares([-0.1, -0.3], [1, 1], { credit: "R2G", gamma: 0 })).toEqual([1, 1])
  })

  it("are all 1 where every turn has the same credit", () => {
    fc.assert(
      fc.property(trajectory, (turns) => {
        const lengths = turns.map(({ length }) => length + 1)
        const rewards = turns.map((one) => one.reward)
        creditShares(rewards, lengths).forEach((share) => expect(share).toBeCloseTo(1, 12))
      }),
    )
  })
})
