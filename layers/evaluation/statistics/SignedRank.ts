/**
 * Wilcoxon's signed-rank test of paired differences (Wilcoxon 1945), with average ranks for ties. Zero differences are
 * dropped ("wilcox") or keep their ranks and then drop out ("pratt", Pratt 1959). The p-value is that of the normal
 * approximation with its variance corrected for ties and without continuity correction, or the exact one, of all
 * patterns of signs over the ranks as they are.
 */
import { normalTwoSided } from "./distributions.ts"
import { sum } from "./moments.ts"
import { averageRanks, tieCounts } from "./ranks.ts"

export interface SignedRankOptions {
  readonly zeros?: "wilcox" | "pratt"
  readonly method?: "normal" | "exact"
}

export interface SignedRank {
  /** The smaller of the rank sums of positive and of negative differences. */
  readonly statistic: number
  /** Two-sided; null where it is undefined: every difference is 0. */
  readonly pValue: number | null
  /** Differences that are not 0. */
  readonly n: number
}

export const signedRank = (
  differences: ReadonlyArray<number>,
  { zeros = "wilcox", method = "normal" }: SignedRankOptions = {},
): SignedRank => {
  const kept = zeros === "wilcox" ? differences.filter((value) => value !== 0) : differences
  const sizes = kept.map(Math.abs)
  const ranked = averageRanks(sizes).map((rank, i) => ({ rank, value: kept[i]! }))
  const positive = sum(ranked.filter(({ value }) => value > 0).map(({ rank }) => rank))
  const negative = sum(ranked.filter(({ value }) => value < 0).map(({ rank }) => rank))
  const statistic = Math.min(positive, negative)
  const ranks = ranked.filter(({ value }) => value !== 0).map(({ rank }) => rank)
  if (ranks.length === 0) return { statistic, pValue: null, n: 0 }
  const pValue = method === "exact" ? exact(ranks, statistic) : normal(sizes, statistic)
  return { statistic, pValue, n: ranks.length }
}

const normal = (sizes: ReadonlyArray<number>, statistic: number) => {
  const n = sizes.length
  const zeros = sizes.filter((size) => size === 0).length
  const expected = (n * (n + 1) - zeros * (zeros + 1)) / 4
  const ties = sum(tieCounts(sizes.filter((size) => size !== 0)).map((count) => count ** 3 - count))
  const variance = (squares(n) - squares(zeros) - ties / 2) / 24
  return normalTwoSided((statistic - expected) / Math.sqrt(variance))
}

const squares = (n: number) => n * (n + 1) * (2 * n + 1)

/** Average ranks are halves of whole numbers, so that sums of doubled ranks can be counted. */
const exact = (ranks: ReadonlyArray<number>, statistic: number) => {
  const doubled = ranks.map((rank) => 2 * rank)
  let shares = Float64Array.of(1)
  for (const rank of doubled) {
    const next = new Float64Array(shares.length + rank)
    shares.forEach((share, at) => {
      next[at] = next[at]! + share / 2
      next[at + rank] = next[at + rank]! + share / 2
    })
    shares = next
  }
  return Math.min(1, 2 * shares.slice(0, 2 * statistic + 1).reduce((all, share) => all + share, 0))
}
