import { describe, expect, it } from "@effect/vitest"
import { Either, FastCheck as fc } from "effect"
import { bootstrapClusteredMean, bootstrapMean } from "../../../../layers/evaluation/Bootstrap.ts"
import { clusteredMean } from "../../../../layers/evaluation/statistics/ClusteredMean.ts"
import {
  fairBinomialCdf,
  normalCdf,
  normalQuantile,
  normalTwoSided,
  tQuantile,
  tTwoSided,
} from "../../../../layers/evaluation/statistics/distributions.ts"
import { mean } from "../../../../layers/evaluation/statistics/moments.ts"
import { pairwisePower, participantsNeeded } from "../../../../layers/evaluation/statistics/PairwisePower.ts"
import { bootstrap, clusterBootstrap } from "../../../../layers/evaluation/statistics/Resampling.ts"
import { clopperPearson, wilson } from "../../../../layers/evaluation/statistics/SignTest.ts"
import { tally, winRate } from "../../../../layers/evaluation/statistics/WinRate.ts"

const outcome = fc.constantFrom(0, 0.5, 1)
const observation = fc.record({ cluster: fc.constantFrom("a", "b", "c", "d"), value: outcome })
const observations = fc.array(observation, { minLength: 1, maxLength: 40 })
const count = fc.integer({ min: 0, max: 200 })

describe("distributions", () => {
  it("turn quantiles back into probabilities", () => {
    const tail = fc.double({ min: 1e-6, max: 0.5 - 1e-6, noNaN: true })
    fc.assert(
      fc.property(tail, fc.double({ min: 1, max: 500, noNaN: true }), (p, df) => {
        expect(tTwoSided(tQuantile(p, df), df) / (2 * p)).toBeCloseTo(1, 9)
        expect(tQuantile(1 - p, df) / -tQuantile(p, df)).toBeCloseTo(1, 6)
        expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 9)
        expect(normalTwoSided(normalQuantile(p)) / (2 * p)).toBeCloseTo(1, 9)
      }),
    )
  })

  it("agree with tables", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12)
    expect(tQuantile(0.975, 2)).toBeCloseTo(0.95 * Math.sqrt(2 / 0.0975), 11)
    expect(tQuantile(0.5, 3)).toBeCloseTo(0, 12)
    expect(fairBinomialCdf(2, 5)).toBeCloseTo(0.5, 14)
    expect([fairBinomialCdf(-1, 5), fairBinomialCdf(5, 5)]).toEqual([0, 1])
  })
})

describe("winRate", () => {
  it("mirrors when the sides change, and is the mean of outcomes", () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 1 }), (values) => {
        const found = winRate(tally(values))!
        const mirrored = winRate(tally(values.map((value) => 1 - value)))!
        expect(found.winRate).toBeCloseTo(mean(values), 12)
        expect(found.winRate + mirrored.winRate).toBeCloseTo(1, 12)
        expect(found.standardError).toBeCloseTo(mirrored.standardError, 12)
      }),
    )
    expect(winRate({ wins: 0, ties: 0, losses: 0 })).toBeNull()
  })
})

describe("clusteredMean", () => {
  it("is the ordinary standard error where every value is a cluster of its own", () => {
    fc.assert(
      fc.property(fc.array(outcome, { minLength: 2, maxLength: 60 }), (values) => {
        const found = clusteredMean(values.map((value, i) => ({ cluster: String(i), value })))!
        const n = values.length
        expect(found.standardError).toBeCloseTo(winRate(tally(values))!.standardError * Math.sqrt(n / (n - 1)), 9)
        expect(found.mean).toBeCloseTo(mean(values), 12)
      }),
    )
  })

  it("does not change when all is observed twice, but its clusters stay", () => {
    fc.assert(
      fc.property(observations, (given) => {
        const [once, twice] = [clusteredMean(given), clusteredMean([...given, ...given])]
        expect(twice?.standardError ?? null).toEqual(once === null ? null : expect.closeTo(once.standardError, 9))
      }),
    )
  })

  it("has no p-value without spread and is missing for one cluster", () => {
    const third = (cluster: string) => ({ cluster, value: 1 / 3 })
    expect(clusteredMean([third("a"), third("b"), third("c")])).toMatchObject({
      standardError: 0,
      pNormal: null,
      pT: null,
    })
    expect(clusteredMean([third("a"), third("a")])).toBeNull()
    expect(clusteredMean([])).toBeNull()
  })
})

describe("bootstrap", () => {
  it("gives the percentile intervals that bootstrapMean gives, draw for draw", () => {
    const values = Array.from({ length: 30 }, (_, i) => (i * 7) % 11)
    const known = bootstrapMean(values, { seed: 3 })!
    expect(bootstrap(values, (sample) => sample.reduce((a, b) => a + b, 0) / sample.length, { seed: 3 })).toEqual({
      estimate: known.mean,
      low: known.low,
      high: known.high,
      standardError: expect.closeTo(known.standardError!, 9),
      units: 30,
    })
    const given = values.map((value, i) => ({ cluster: `u${i % 7}`, value }))
    const clustered = bootstrapClusteredMean(given, { seed: 1, resamples: 500 })!
    expect(clusterBootstrap(given, { seed: 1, resamples: 500 })).toEqual({
      ...clustered,
      standardError: expect.closeTo(clustered.standardError!, 9),
    })
  })

  it("stays within the values and is missing where nothing can be said", () => {
    const options = { method: "bca", resamples: 200 } as const
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 12 }), (values) => {
        const found = bootstrap(values, mean, options)!
        expect(found.low ?? Math.min(...values)).toBeGreaterThanOrEqual(Math.min(...values))
        expect(found.high ?? Math.max(...values)).toBeLessThanOrEqual(Math.max(...values))
      }),
      { numRuns: 50 },
    )
    expect(bootstrap([2, 2, 2], mean, options)).toMatchObject({ low: 2, high: 2, standardError: 0 })
    expect(bootstrap([1], mean)).toEqual({ estimate: 1, low: null, high: null, standardError: null, units: 1 })
    expect(bootstrap([], mean)).toBeNull()
    expect(clusterBootstrap([])).toBeNull()
  })
})

describe("intervals of shares", () => {
  it("hold the share and stay in the unit interval", () => {
    fc.assert(
      fc.property(count, count, (successes, failures) => {
        const n = successes + failures
        if (n === 0) return
        for (const { low, high } of [clopperPearson(successes, n), wilson(successes, n)]) {
          expect(low).toBeGreaterThanOrEqual(0)
          expect(high).toBeLessThanOrEqual(1)
          expect(low).toBeLessThanOrEqual(successes / n)
          expect(high).toBeGreaterThanOrEqual(successes / n)
        }
      }),
    )
  })
})

describe("study planning", () => {
  const design = { winRate: 0.5, tieRate: 0.2, comparisons: 5, correlation: 0.3 }
  const power = (...args: Parameters<typeof pairwisePower>) => Either.getOrThrow(pairwisePower(...args)).power

  it("keeps the chance of a false alarm near alpha, where ignoring participants would not", () => {
    expect(power(design, 30)).toBeGreaterThan(0.03)
    expect(power(design, 30)).toBeLessThan(0.07)
  })

  it("gains power with participants and effect, and loses it with correlation", () => {
    const better = { ...design, winRate: 0.6 }
    expect(power(better, 40)).toBeLessThan(power(better, 80))
    expect(power(better, 40)).toBeLessThan(power({ ...design, winRate: 0.7 }, 40))
    expect(power({ ...better, correlation: 1 }, 40)).toBeLessThan(power({ ...better, correlation: 0 }, 40))
    expect(power({ ...better, winRate: 0.9, tieRate: 0 }, 40)).toBe(1)
  })

  it("repeats with its seed", () => {
    expect(power({ ...design, winRate: 0.6 }, 30, { seed: 5 })).toBe(
      power({ ...design, winRate: 0.6 }, 30, { seed: 5 }),
    )
  })

  it("finds the number of participants that the formula says, nearly", () => {
    const found = Either.getOrThrow(participantsNeeded({ ...design, winRate: 0.6 }))
    expect(found.power).toBeGreaterThanOrEqual(0.8)
    expect(found.participants / found.formula).toBeGreaterThan(0.85)
    expect(found.participants / found.formula).toBeLessThan(1.25)
  })

  it("says why a study can't be planned", () => {
    const why = (...args: Parameters<typeof participantsNeeded>) =>
      Either.match(participantsNeeded(...args), { onLeft: ({ message }) => message, onRight: () => "" })
    expect(why(design)).toContain("no difference to find")
    expect(why({ ...design, winRate: 0.95 })).toContain("between 0.1 and 0.9")
    expect(why({ ...design, winRate: 0.6, comparisons: 0 })).toContain("one comparison")
    expect(why({ ...design, winRate: 0.6, correlation: 2 })).toContain("correlation")
    expect(why({ ...design, winRate: 0.51 }, { most: 50 })).toContain("50 participants reach")
    expect(Either.isLeft(pairwisePower(design, 1))).toBe(true)
  })
})
