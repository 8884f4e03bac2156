/**
 * Randomisation test by flipping signs (Fisher 1935; Edgington and Onghena 2007): if the two sides of a comparison are
 * alike, each participant's difference could as well have had the other sign. Takes one difference for each participant
 * (`clusterTotals` or `clusterMeans`), and asks how often the sum of all is as far from 0 as it was. It assumes nothing
 * about spread, and one participant with many comparisons can't decide it.
 */
import { randomFrom } from "../../../src/domain/Seed.ts"
import { sum } from "./moments.ts"

export interface SignFlipOptions {
  /** Up to so many differences all patterns of signs are gone through; at most 24. */
  readonly exactUpTo?: number
  /** Patterns drawn where there are more. */
  readonly draws?: number
  readonly seed?: number
}

export interface SignFlip {
  /** Sum of the differences. */
  readonly statistic: number
  /** Two-sided. */
  readonly pValue: number
  readonly method: "exact" | "sampled"
  /** Patterns of signs: 2^n when exact, else those drawn. */
  readonly patterns: number
}

/** Null for fewer than two differences: no pattern of one sign can be unlikely. */
export const signFlip = (
  differences: ReadonlyArray<number>,
  { exactUpTo = 20, draws = 100_000, seed = 0 }: SignFlipOptions = {},
): SignFlip | null => {
  if (differences.length < 2) return null
  const statistic = sum(differences)
  // Sums of the same numbers in another order differ by rounding; what is that close is as far from 0.
  const least = Math.abs(statistic) - 1e-12 * sum(differences.map(Math.abs))
  return differences.length <= Math.min(exactUpTo, 24)
    ? { statistic, pValue: shareOfAll(differences, least), method: "exact", patterns: 2 ** differences.length }
    : { statistic, pValue: sampledShare(differences, least, draws, seed), method: "sampled", patterns: draws }
}

/** The first sign is held: a pattern and its mirror image are equally far from 0. */
const shareOfAll = ([first = 0, ...rest]: ReadonlyArray<number>, least: number) => {
  let sums = Float64Array.of(first)
  for (const difference of rest) {
    const next = new Float64Array(sums.length * 2)
    next.set(sums.map((value) => value + difference))
    next.set(
      sums.map((value) => value - difference),
      sums.length,
    )
    sums = next
  }
  return sums.reduce((count, value) => count + (Math.abs(value) >= least ? 1 : 0), 0) / sums.length
}

/** The observed pattern counts as one of those drawn, so that p is never 0 (Phipson and Smyth 2010). */
const sampledShare = (differences: ReadonlyArray<number>, least: number, draws: number, seed: number) => {
  const { int } = randomFrom(seed)
  let reached = 0
  for (let draw = 0; draw < draws; draw++) {
    let drawn = 0
    for (const difference of differences) drawn += int(2) === 0 ? difference : -difference
    if (Math.abs(drawn) >= least) reached++
  }
  return (reached + 1) / (draws + 1)
}
