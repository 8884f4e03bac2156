/**
 * Two assistants on the same tasks, by their checklists: who satisfies more items of a task wins it (paper 1.8). Where
 * verdicts are missing, the items decided for both are compared, so that nobody loses by a judge's silence. Pure.
 */
import type { WildBenchVerdict } from "../../../src/domain/WildBench.ts"
import { bootstrapMean } from "../Bootstrap.ts"
import { tTest } from "../statistics/TTest.ts"
import { tally, winRate } from "../statistics/WinRate.ts"
import type { Tally } from "../statistics/WinRate.ts"
import { categoriesOf, grouped } from "./categories.ts"
import { commonItems } from "./rates.ts"

type Row = Pick<WildBenchVerdict, "session" | "satisfied" | "length" | "primaryTag" | "secondaryTags">

/** Of the tasks that belong together. */
interface NamedTally extends Tally {
  readonly name: string
}

interface Interval {
  readonly low: number | null
  readonly high: number | null
}

export interface AnswerComparison extends Tally {
  /** Tasks compared; of these, those on part of their checklist. */
  readonly n: number
  readonly partly: number
  /** Tasks that only one has, or without an item decided for both. */
  readonly missing: number
  /** Of the first, ties as half, with Wald's interval (appendix G.1), which takes tasks as independent. */
  readonly winRate: ({ readonly mean: number; readonly standardError: number } & Interval) | null
  /**
   * Satisfaction of the first less that of the second on the same items of the same tasks: its percentile bootstrap
   * interval resamples tasks (10,000, seed 0), `p` is of the paired t test.
   */
  readonly difference: ({ readonly mean: number; readonly p: number | null } & Interval) | null
  /** Of the tasks with a winner, those that the longer answer won. */
  readonly longerWon: number
  /** By WildBench's categories: a task counts in all that one of its tags belongs to. */
  readonly categories: ReadonlyArray<NamedTally>
  /** By primary tag. */
  readonly tags: ReadonlyArray<NamedTally>
}

export const compareAnswers = (first: ReadonlyArray<Row>, second: ReadonlyArray<Row>): AnswerComparison => {
  const other = new Map(second.map((row) => [row.session, row]))
  const compared = first.flatMap((row) => {
    const theirs = other.get(row.session)
    const common = theirs === undefined ? null : commonItems(row.satisfied, theirs.satisfied)
    if (theirs === undefined || common === null) return []
    return [{ row, theirs, ...common, won: 0.5 + Math.sign(common.first - common.second) / 2 }]
  })
  const sessions = new Set([...first, ...second].map(({ session }) => session))
  const tallied = (of: ReadonlyArray<{ readonly won: number }>) => tally(of.map(({ won }) => won))
  const counts = tallied(compared)
  const wald = winRate(counts)
  const differences = compared.map((one) => (one.first - one.second) / one.items)
  const paired = bootstrapMean(differences)
  return {
    ...counts,
    n: compared.length,
    partly: compared.filter(({ items, row }) => items < row.satisfied.length).length,
    missing: sessions.size - compared.length,
    winRate: wald && { mean: wald.winRate, standardError: wald.standardError, low: wald.low, high: wald.high },
    difference: paired && {
      mean: paired.mean,
      low: paired.low,
      high: paired.high,
      p: tTest(differences)?.pValue ?? null,
    },
    longerWon: compared.filter((one) => (one.first - one.second) * (one.row.length - one.theirs.length) > 0).length,
    categories: grouped(compared, ({ row }) => categoriesOf(row)).map(([name, own]) => ({ name, ...tallied(own) })),
    tags: [...new Set(compared.map(({ row }) => row.primaryTag))]
      .sort()
      .map((name) => ({ name, ...tallied(compared.filter(({ row }) => row.primaryTag === name)) })),
  }
}
