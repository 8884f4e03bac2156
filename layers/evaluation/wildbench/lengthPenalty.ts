/**
 * Pairwise choices between an answer A and an answer B, judged once or in both orders, as the paper's release scores
 * them: A++ is 1 for A, A+ 0.5, A=B 0, B+ -0.5, B++ -1.
 */
import type { Tally } from "../statistics/WinRate.ts"

export type Choice = "A++" | "A+" | "A=B" | "B+" | "B++"

/** For A. */
export const choiceScores: Readonly<Record<Choice, number>> = { "A++": 1, "A+": 0.5, "A=B": 0, "B+": -0.5, "B++": -1 }

/**
 * A slight choice of the answer that is more than `margin` characters longer becomes a tie. A margin of 0 or less
 * switches it off here, as in the release; in WildBench's own script 0 is a margin (`wbReward`).
 */
export const penaliseLength = (choice: Choice, lengthA: number, lengthB: number, margin: number): Choice => {
  if (margin <= 0) return choice
  if (choice === "A+" && lengthA - lengthB > margin) return "A=B"
  return choice === "B+" && lengthB - lengthA > margin ? "A=B" : choice
}

/** One task judged with model 1 as A (`order1`) and, where that was done, with model 1 as B (`order2`). */
export interface TwoOrders {
  readonly length1: number
  readonly length2: number
  /** Null where the judge gave none. */
  readonly order1: Choice | null
  readonly order2: Choice | null
}

export interface TwoOrderScores extends Tally {
  /** For model 1 by task, between -1 and 1; null where order 1 has no verdict. */
  readonly scores: ReadonlyArray<number | null>
  /** Tasks with a score. */
  readonly n: number
  /** Mean score; null where no task has one. */
  readonly reward: number | null
}

/** (score of order 1 - score of order 2) / 2, or that of order 1 alone. */
export const scoreTwoOrders = (rows: ReadonlyArray<TwoOrders>, margin: number): TwoOrderScores => {
  const scores = rows.map(({ length1, length2, order1, order2 }) => {
    if (order1 === null) return null
    const first = choiceScores[penaliseLength(order1, length1, length2, margin)]
    return order2 === null ? first : (first - choiceScores[penaliseLength(order2, length2, length1, margin)]) / 2
  })
  const known = scores.filter((score) => score !== null)
  return {
    scores,
    n: known.length,
    reward: known.length === 0 ? null : known.reduce((sum, score) => sum + score, 0) / known.length,
    wins: known.filter((score) => score > 0).length,
    ties: known.filter((score) => score === 0).length,
    losses: known.filter((score) => score < 0).length,
  }
}
