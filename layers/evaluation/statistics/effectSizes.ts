/** Effect sizes: how large a difference is, beside whether there is one. All null where they are undefined. */
import { normalQuantile, upperTail } from "./distributions.ts"
import { allEqual, around, mean, sampleDeviation, sampleVariance } from "./moments.ts"
import type { Interval } from "./moments.ts"
import { winRate } from "./WinRate.ts"
import type { Tally } from "./WinRate.ts"

/** Cohen's d of two independent samples: difference of means by the pooled standard deviation (Cohen 1988). */
export const cohenD = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number | null => {
  if (a.length < 2 || b.length < 2 || (allEqual(a) && allEqual(b))) return null
  const df = a.length + b.length - 2
  const pooled = ((a.length - 1) * sampleVariance(a) + (b.length - 1) * sampleVariance(b)) / df
  return (mean(a) - mean(b)) / Math.sqrt(pooled)
}

/** Cohen's d of paired differences: their mean by their standard deviation, also written d_z. */
export const cohenDPaired = (differences: ReadonlyArray<number>): number | null =>
  differences.length < 2 || allEqual(differences) ? null : mean(differences) / sampleDeviation(differences)

/** Hedges' g: Cohen's d without the upward bias of small samples, by 1 - 3 / (4 df - 1) (Hedges 1981). */
export const hedgesG = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number | null =>
  corrected(cohenD(a, b), a.length + b.length - 2)

/** Hedges' g of paired differences. */
export const hedgesGPaired = (differences: ReadonlyArray<number>): number | null =>
  corrected(cohenDPaired(differences), differences.length - 1)

const corrected = (d: number | null, df: number) => (d === null ? null : d * (1 - 3 / (4 * df - 1)))

/**
 * Cliff's delta: P(a > b) - P(a < b) over all pairs of one value from each (Cliff 1993), between -1 and 1. With wins,
 * ties and losses of pairs it is the net win rate.
 */
export const cliffsDelta = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): number | null => {
  if (a.length === 0 || b.length === 0) return null
  const sorted = Float64Array.from(b).sort()
  const net = a.reduce(
    (all, value) => all + countBelow(sorted, value, false) - (b.length - countBelow(sorted, value, true)),
    0,
  )
  return net / (a.length * b.length)
}

/** How many of `sorted` are below `value`, or not above it. */
const countBelow = (sorted: Float64Array, value: number, orEqual: boolean) => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const before = orEqual ? sorted[middle]! <= value : sorted[middle]! < value
    if (before) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Difference of the tie-accounted win rates of two independent sets of comparisons, with Wald's interval. Of the same
 * tasks or participants, test the paired differences instead.
 */
export const winRateDifference = (
  a: Tally,
  b: Tally,
  confidence = 0.95,
): (Interval & { readonly difference: number; readonly standardError: number }) | null => {
  const [ofA, ofB] = [winRate(a), winRate(b)]
  if (ofA === null || ofB === null) return null
  const difference = ofA.winRate - ofB.winRate
  const standardError = Math.hypot(ofA.standardError, ofB.standardError)
  return { difference, standardError, ...around(difference, normalQuantile(upperTail(confidence)) * standardError) }
}
