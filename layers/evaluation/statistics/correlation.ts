/**
 * Correlations of paired values with two-sided p-values: Pearson's r, Spearman's rho on average ranks, Kendall's tau-b
 * (Kendall 1945). Null for constant values and fewer than two pairs. With few pairs, as over simulators, they are
 * exploratory.
 */
import { normalTwoSided, tTwoSided } from "./distributions.ts"
import { allEqual, mean, sum } from "./moments.ts"
import { averageRanks, tieCounts } from "./ranks.ts"

export interface Correlation {
  /** Between -1 and 1. */
  readonly r: number
  /** Null for two pairs, which always lie on a line. */
  readonly pValue: number | null
  readonly n: number
}

/** The p-value takes normal values: Student's t with n - 2 degrees of freedom. */
export const pearson = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): Correlation | null => {
  if (undefinedFor(x, y)) return null
  const [dx, dy] = [centered(x), centered(y)]
  const across = sum(dx.map((value, i) => value * dy[i]!))
  const spread = Math.sqrt(sum(dx.map((value) => value * value))) * Math.sqrt(sum(dy.map((value) => value * value)))
  const r = Math.max(-1, Math.min(1, across / spread))
  const df = x.length - 2
  return { r, n: x.length, pValue: df === 0 ? null : tTwoSided(r * Math.sqrt(df / ((1 - r) * (1 + r))), df) }
}

/** Pearson's r of the ranks. The p-value takes Student's t with n - 2 degrees of freedom. */
export const spearman = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): Correlation | null =>
  undefinedFor(x, y) ? null : pearson(averageRanks(x), averageRanks(y))

/**
 * (concordant - discordant pairs) / sqrt((pairs - ties in x) (pairs - ties in y)). "auto" takes the exact p-value where
 * nothing is tied and there are at most 33 pairs of values, or at most one pair is out of order; else the normal one,
 * its variance corrected for ties.
 */
export const kendall = (
  x: ReadonlyArray<number>,
  y: ReadonlyArray<number>,
  method: "auto" | "normal" = "auto",
): Correlation | null => {
  if (undefinedFor(x, y)) return null
  const n = x.length
  const pairs = (n * (n - 1)) / 2
  const [inX, inY] = [tieCounts(x), tieCounts(y)]
  const [tiedX, tiedY] = [tiedPairs(inX), tiedPairs(inY)]
  const { concordant, discordant } = countPairs(x, y)
  const net = concordant - discordant
  const r = Math.max(-1, Math.min(1, net / Math.sqrt(pairs - tiedX) / Math.sqrt(pairs - tiedY)))
  const fewer = Math.min(concordant, discordant)
  if (method === "auto" && tiedX === 0 && tiedY === 0 && (n <= 33 || fewer <= 1))
    return { r, n, pValue: n === 2 ? null : exactP(n, fewer) }
  const variance =
    (n * (n - 1) * (2 * n + 5) - cubic(inX) - cubic(inY)) / 18 +
    (4 * tiedX * tiedY) / (2 * n * (n - 1)) +
    (n === 2 ? 0 : (triples(inX) * triples(inY)) / (9 * n * (n - 1) * (n - 2)))
  return { r, n, pValue: n === 2 ? null : normalTwoSided(net / Math.sqrt(variance)) }
}

const undefinedFor = (x: ReadonlyArray<number>, y: ReadonlyArray<number>) => {
  if (x.length !== y.length)
    throw new RangeError(`A correlation needs pairs: there are ${x.length} and ${y.length} values.`)
  return x.length < 2 || allEqual(x) || allEqual(y)
}

const centered = (values: ReadonlyArray<number>) => {
  const center = mean(values)
  return values.map((value) => value - center)
}

const countPairs = (x: ReadonlyArray<number>, y: ReadonlyArray<number>) => {
  let [concordant, discordant] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const sign = Math.sign(x[i]! - x[j]!) * Math.sign(y[i]! - y[j]!)
      if (sign > 0) concordant++
      else if (sign < 0) discordant++
    }
  }
  return { concordant, discordant }
}

/** Twice the share of orders with at most so many pairs out of order, of all orders of n (Kendall 1970, chapter 5). */
const exactP = (n: number, most: number) => {
  if (4 * most === n * (n - 1)) return 1
  let shares = [1]
  for (let size = 2; size <= n; size++) {
    const length = Math.min(most + 1, shares.length + size - 1)
    shares = Array.from({ length }, (_, i) => sum(shares.slice(Math.max(0, i - size + 1), i + 1)) / size)
  }
  return Math.min(1, 2 * sum(shares.slice(0, most + 1)))
}

const tiedPairs = (counts: ReadonlyArray<number>) => sum(counts.map((t) => (t * (t - 1)) / 2))
const triples = (counts: ReadonlyArray<number>) => sum(counts.map((t) => t * (t - 1) * (t - 2)))
const cubic = (counts: ReadonlyArray<number>) => sum(counts.map((t) => t * (t - 1) * (2 * t + 5)))
