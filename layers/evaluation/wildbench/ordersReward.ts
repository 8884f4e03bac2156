/**
 * WB-Reward of pairs judged in both orders (see WbReward for one order): a pair's value is the mean over the two orders
 * of 1, 0.5, 0, -0.5 or -1, each after the length penalty. Truncated and empty answers weigh as ties, as on WildBench's
 * leaderboard; other pairs without both verdicts are missing and in no total: a judge said nothing, or the infrastructure
 * lost an answer. Pure.
 */
import type { WildBenchPair } from "../../../src/domain/WildBench.ts"
import { categoriesOf, grouped, taskMacro } from "./categories.ts"
import type { ByCategory } from "./categories.ts"
import { choiceScores, penaliseLength } from "./lengthPenalty.ts"

export interface OrdersReward {
  /** Characters by which a slight verdict's winner may be longer; null: no penalty. */
  readonly margin: number | null
  readonly wins: number
  readonly ties: number
  readonly losses: number
  /** Of the ties, those where each order preferred another answer. */
  readonly inconsistent: number
  /** Truncated, or none by the assistant's own doing, on either side: these weigh as ties. */
  readonly incomplete: number
  readonly missing: number
  /** Between -1 and 1; null where nothing was judged. */
  readonly reward: number | null
  /** The reward if every missing pair had been lost by much, and won by much; null without pairs. */
  readonly ifMissingLost: number | null
  readonly ifMissingWon: number | null
  readonly categoryRewards: ByCategory<number>
  readonly taskMacroReward: number | null
}

export const ordersReward = (pairs: ReadonlyArray<WildBenchPair>, margin: number | null): OrdersReward => {
  const incomplete = pairs.filter((pair) => pair.incomplete).length
  const valued = pairs.flatMap((pair) => {
    const value = pair.incomplete ? null : valueOf(pair, margin)
    return value === null ? [] : [{ ...pair, value }]
  })
  const total = valued.length + incomplete
  const missing = pairs.length - total
  const categoryRewards: ByCategory<number> = Object.fromEntries(
    grouped(valued, categoriesOf).map(([name, own]) => [name, sum(own) / own.length]),
  )
  return {
    margin,
    wins: valued.filter(({ value }) => value > 0).length,
    ties: valued.filter(({ value }) => value === 0).length,
    losses: valued.filter(({ value }) => value < 0).length,
    inconsistent: valued.filter(({ verdict }) => verdict?.outcome === "position-inconsistent").length,
    incomplete,
    missing,
    reward: total === 0 ? null : sum(valued) / total,
    ifMissingLost: pairs.length === 0 ? null : (sum(valued) - missing) / pairs.length,
    ifMissingWon: pairs.length === 0 ? null : (sum(valued) + missing) / pairs.length,
    categoryRewards,
    taskMacroReward: valued.length === 0 ? null : taskMacro(categoryRewards),
  }
}

/** Where the orders contradict each other the pair is a tie, whatever their strengths. */
const valueOf = ({ verdict, testLength, referenceLength }: WildBenchPair, margin: number | null): number | null => {
  const choices = (verdict?.orders ?? []).flatMap(({ choice }) => (choice === null ? [] : [choice]))
  if (choices.length < 2) return null
  if (verdict?.outcome === "position-inconsistent") return 0
  const values = choices.map(
    (choice) => choiceScores[margin === null ? choice : penaliseLength(choice, testLength, referenceLength, margin)],
  )
  return values.reduce<number>((total, value) => total + value, 0) / values.length
}

const sum = (pairs: ReadonlyArray<{ readonly value: number }>) => pairs.reduce((total, { value }) => total + value, 0)
