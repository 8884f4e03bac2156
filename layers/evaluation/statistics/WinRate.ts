/**
 * Tie-accounted win rate with Wald's interval: p = (W + T/2) / n, var = (W + T/4) / n - p^2, SE = sqrt(var / n)
 * (paper, appendix G.1). It takes comparisons as independent; where one participant gave several, use `clusteredMean`.
 * With wins or losses only, its width is 0, and near 0 and 1 it leaves the unit interval.
 */
import { normalQuantile, upperTail } from "./distributions.ts"
import { around } from "./moments.ts"
import type { Interval } from "./moments.ts"

/** How often one side won, neither won, and the other won. */
export interface Tally {
  readonly wins: number
  readonly ties: number
  readonly losses: number
}

export interface WinRate extends Tally, Interval {
  readonly n: number
  /** Ties count half; between 0 and 1. */
  readonly winRate: number
  readonly standardError: number
  readonly halfWidth: number
}

/** Null where nothing was compared. */
export const winRate = ({ wins, ties, losses }: Tally, confidence = 0.95): WinRate | null => {
  const n = wins + ties + losses
  if (n === 0) return null
  const rate = (wins + ties / 2) / n
  const standardError = Math.sqrt(Math.max(0, (wins + ties / 4) / n - rate * rate) / n)
  const halfWidth = normalQuantile(upperTail(confidence)) * standardError
  return { wins, ties, losses, n, winRate: rate, standardError, halfWidth, ...around(rate, halfWidth) }
}

/** Of outcomes for one side: 1 a win, 0.5 a tie, 0 a loss. */
export const tally = (outcomes: ReadonlyArray<number>): Tally => {
  const count = (outcome: number) => outcomes.filter((value) => value === outcome).length
  return { wins: count(1), ties: count(0.5), losses: count(0) }
}
