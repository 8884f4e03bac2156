import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { clusterMeans, clusterTotals } from "../../../../layers/evaluation/statistics/clusters.ts"
import {
  cliffsDelta,
  cohenD,
  cohenDPaired,
  hedgesG,
  hedgesGPaired,
  winRateDifference,
} from "../../../../layers/evaluation/statistics/effectSizes.ts"
import { holm } from "../../../../layers/evaluation/statistics/holm.ts"
import {
  isSuccess,
  passAtCurve,
  passAtK,
  passHatCurve,
  passHatK,
} from "../../../../layers/evaluation/statistics/passK.ts"
import { averageRanks } from "../../../../layers/evaluation/statistics/ranks.ts"
import { signFlip } from "../../../../layers/evaluation/statistics/SignFlip.ts"
import { signedRank } from "../../../../layers/evaluation/statistics/SignedRank.ts"
import { signTest } from "../../../../layers/evaluation/statistics/SignTest.ts"
import { tTest, welchTest } from "../../../../layers/evaluation/statistics/TTest.ts"

const half = fc.integer({ min: -6, max: 6 }).map((value) => value / 2)
const differences = fc.array(half, { minLength: 2, maxLength: 9 })

/** Every choice of one sign for each value. */
const patterns = (values: ReadonlyArray<number>): ReadonlyArray<number> =>
  values.reduce<ReadonlyArray<number>>((sums, value) => sums.flatMap((sum) => [sum + value, sum - value]), [0])

describe("signFlip", () => {
  it("counts what all patterns of signs give", () => {
    fc.assert(
      fc.property(differences, (values) => {
        const sum = values.reduce((a, b) => a + b, 0)
        const all = patterns(values)
        const reached = all.filter((value) => Math.abs(value) >= Math.abs(sum)).length
        expect(signFlip(values)).toEqual({
          statistic: sum,
          pValue: reached / all.length,
          method: "exact",
          patterns: 2 ** values.length,
        })
      }),
    )
  })

  it("comes near it by sampling, and is never 0", () => {
    const values = [3, 1, 2.5, -0.5, 1, 2, -1, 1.5, 0.5, 2]
    const { pValue } = signFlip(values)!
    const sampled = signFlip(values, { exactUpTo: 5, draws: 20_000, seed: 4 })!
    expect(sampled.method).toBe("sampled")
    expect(Math.abs(sampled.pValue - pValue)).toBeLessThan(5 * Math.sqrt(pValue / 20_000))
    expect(
      signFlip(
        Array.from({ length: 40 }, () => 1),
        { draws: 100 },
      )!.pValue,
    ).toBe(1 / 101)
    expect(sampled).toEqual(signFlip(values, { exactUpTo: 5, draws: 20_000, seed: 4 }))
  })

  it("goes through a million patterns, and says nothing of one participant", () => {
    expect(signFlip(Array.from({ length: 20 }, () => 1 / 3))!.pValue).toBe(2 / 2 ** 20)
    expect(signFlip([5])).toBeNull()
  })

  it("takes totals, in which large clusters weigh more, or means", () => {
    const given = [1, 1, 1].map((value) => ({ cluster: "a", value })).concat({ cluster: "b", value: 0 })
    expect(clusterTotals(given, 0.5)).toEqual([1.5, -0.5])
    expect(clusterMeans(given, 0.5)).toEqual([0.5, -0.5])
  })
})

describe("paired tests", () => {
  it("the exact signed-rank test flips the signs of ranks", () => {
    fc.assert(
      fc.property(differences, (values) => {
        const kept = values.filter((value) => value !== 0)
        const ranks = averageRanks(kept.map(Math.abs)).map((rank, i) => rank * Math.sign(kept[i]!))
        const { pValue, n } = signedRank(values, { method: "exact" })
        expect(n).toBe(kept.length)
        if (kept.length > 1) expect(pValue).toBeCloseTo(signFlip(ranks)!.pValue, 12)
      }),
    )
  })

  it("agree with R and SciPy on known values", () => {
    // scipy.stats: ttest_rel, ttest_ind(equal_var=False), wilcoxon(method="exact"), binomtest.
    const [a, b] = [
      [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3],
      [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29],
    ]
    const gaps = a.map((value, i) => value - b[i]!)
    expect(tTest(gaps)).toMatchObject({
      t: expect.closeTo(3.0353754156485917, 9),
      pValue: expect.closeTo(0.016176627434908088, 9),
      low: expect.closeTo(0.10377871227216856, 9),
    })
    expect(welchTest(a, b)).toMatchObject({
      t: expect.closeTo(1.2051727991066508, 9),
      pValue: expect.closeTo(0.24588283853317094, 9),
      degreesOfFreedom: expect.closeTo(15.795035582541257, 8),
    })
    expect(signedRank(gaps, { method: "exact" })).toMatchObject({ statistic: 5, pValue: expect.closeTo(0.0390625, 12) })
    expect(signTest({ wins: 8, losses: 1 })!.pValue).toBeCloseTo(0.0390625, 12)
  })

  it("are missing where they are undefined", () => {
    expect([tTest([1]), tTest([2, 2, 2]), welchTest([1, 1], [2, 2]), welchTest([1], [2, 3])]).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(signTest({ wins: 0, losses: 0 })).toBeNull()
    expect(signedRank([0, 0])).toEqual({ statistic: 0, pValue: null, n: 0 })
    expect(tTest([1, 3], { against: 2 })!.pValue).toBe(1)
  })
})

describe("holm", () => {
  const pValue = fc.double({ min: 0, max: 1, noNaN: true })

  it("keeps the order, never lowers a p-value, and is Bonferroni for the smallest", () => {
    fc.assert(
      fc.property(fc.array(pValue, { minLength: 1, maxLength: 12 }), (values) => {
        const adjusted = holm(values).map((value) => value ?? -1)
        const smallest = values.indexOf(Math.min(...values))
        expect(adjusted[smallest]).toBe(Math.min(1, values.length * values[smallest]!))
        values.forEach((value, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(value)
          values.forEach((other, j) => {
            if (value < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]!)
          })
        })
      }),
    )
  })

  it("leaves missing ones out", () => {
    expect(holm([0.01, null, 0.04, 0.03])).toEqual([0.03, null, 0.06, 0.06])
  })
})

describe("effect sizes", () => {
  const values = fc.array(half, { minLength: 1, maxLength: 12 })

  it("Cliff's delta counts pairs", () => {
    fc.assert(
      fc.property(values, values, (a, b) => {
        const net = a.flatMap((x) => b.map((y) => Math.sign(x - y))).reduce((sum, sign) => sum + sign, 0)
        expect(cliffsDelta(a, b)).toBe(net / (a.length * b.length))
      }),
    )
    expect(cliffsDelta([], [1])).toBeNull()
  })

  it("Cohen's d and Hedges' g have known values", () => {
    expect(cohenD([2, 4, 6], [1, 3, 5])).toBeCloseTo(0.5, 12)
    expect(hedgesG([2, 4, 6], [1, 3, 5])).toBeCloseTo(0.5 * (1 - 3 / 15), 12)
    expect(cohenDPaired([1, 2, 3])).toBeCloseTo(2, 12)
    expect(hedgesGPaired([1, 2, 3])).toBeCloseTo(2 * (1 - 3 / 7), 12)
    expect([cohenD([1, 1], [2, 2]), cohenDPaired([1, 1]), hedgesG([1], [2, 3])]).toEqual([null, null, null])
  })

  it("differences of win rates have the errors of both", () => {
    const found = winRateDifference({ wins: 60, ties: 0, losses: 40 }, { wins: 50, ties: 0, losses: 50 })!
    expect(found.difference).toBeCloseTo(0.1, 12)
    expect(found.standardError).toBeCloseTo(Math.sqrt((0.24 + 0.25) / 100), 12)
    expect(winRateDifference({ wins: 0, ties: 0, losses: 0 }, { wins: 1, ties: 0, losses: 0 })).toBeNull()
  })
})

describe("pass@k and pass^k", () => {
  it("are shares of all sets of k trials", () => {
    const counts = fc.integer({ min: 1, max: 8 }).chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n })))
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 8 }), ([n, c], k) => {
        if (k > n) {
          expect([passAtK(n, c, k), passHatK(n, c, k)]).toEqual([null, null])
          return
        }
        const sets = Array.from({ length: 2 ** n }, (_, bits) => bits).filter((bits) => ones(bits) === k)
        const passed = 2 ** c - 1
        expect(passAtK(n, c, k)).toBeCloseTo(sets.filter((bits) => (bits & passed) !== 0).length / sets.length, 12)
        expect(passHatK(n, c, k)).toBeCloseTo(sets.filter((bits) => (bits & passed) === bits).length / sets.length, 12)
      }),
    )
  })

  it("leave out what the infrastructure failed", () => {
    const trials = [
      { task: "a", passed: true },
      { task: "a", passed: false },
      { task: "a", passed: null },
      { task: "b", passed: true },
      { task: "b", passed: true },
      { task: "c", passed: null },
    ]
    expect(passHatCurve(trials)).toEqual({
      values: [0.75, 0.5],
      byTask: { a: [0.5, 0], b: [1, 1] },
      missingTrials: 2,
      missingTasks: 1,
    })
    expect(passAtCurve(trials, 1).values).toEqual([0.75])
    expect(passHatCurve([]).values).toEqual([])
    expect([isSuccess(1), isSuccess(1 - 1e-7), isSuccess(0.99)]).toEqual([true, true, false])
  })
})

const ones = (bits: number): number => (bits === 0 ? 0 : (bits & 1) + ones(bits >> 1))
