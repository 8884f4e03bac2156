/**
 * The sign test: ties are dropped, and wins are compared with a fair coin (Conover 1999, section 3.4). With the exact
 * interval of Clopper and Pearson (1934) and the score interval of Wilson (1927) for the share of wins among the rest.
 */
import { betaQuantile, fairBinomialCdf, normalQuantile, upperTail } from "./distributions.ts"
import type { Interval } from "./moments.ts"

export interface SignTest {
  readonly wins: number
  readonly losses: number
  /** Wins by wins and losses. */
  readonly share: number
  /** Two-sided, exact. */
  readonly pValue: number
  readonly exact: Interval
  readonly wilson: Interval
}

/** Null where neither side ever won. */
export const signTest = (
  { wins, losses }: { readonly wins: number; readonly losses: number },
  confidence = 0.95,
): SignTest | null => {
  const n = wins + losses
  if (n === 0) return null
  const pValue = Math.min(1, 2 * fairBinomialCdf(Math.min(wins, losses), n))
  return {
    wins,
    losses,
    share: wins / n,
    pValue,
    exact: clopperPearson(wins, n, confidence),
    wilson: wilson(wins, n, confidence),
  }
}

/** Exact interval of a share of `n`, from quantiles of the beta distribution. */
export const clopperPearson = (successes: number, n: number, confidence = 0.95): Interval => {
  const p = upperTail(confidence)
  return {
    low: successes === 0 ? 0 : betaQuantile(1 - p, successes, n - successes + 1),
    high: successes === n ? 1 : betaQuantile(p, successes + 1, n - successes),
  }
}

/** Score interval of a share of `n`; never leaves the unit interval. */
export const wilson = (successes: number, n: number, confidence = 0.95): Interval => {
  const z = normalQuantile(upperTail(confidence))
  const share = successes / n
  const center = share + (z * z) / (2 * n)
  const halfWidth = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  return {
    low: successes === 0 ? 0 : (center - halfWidth) / scale,
    high: successes === n ? 1 : (center + halfWidth) / scale,
  }
}
