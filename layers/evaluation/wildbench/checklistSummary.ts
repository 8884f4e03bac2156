/**
 * Satisfaction of checklists (paper 1.8): the mean over tasks of the share of satisfied items, with its standard error
 * (sample deviation by the square root of the number of tasks). Pure.
 */
import type { WildBenchVerdict } from "../../../src/domain/WildBench.ts"
import { quantile } from "../quantile.ts"
import { categoriesOf, grouped } from "./categories.ts"
import { satisfaction } from "./JudgedSession.ts"
import { rateIf, rateOf } from "./rates.ts"

type Row = Pick<WildBenchVerdict, "primaryTag" | "secondaryTags" | "satisfied" | "length" | "truncated" | "failure">

export interface ChecklistSummary {
  readonly tasks: number
  /** Tasks of which at least one item is decided: those that the mean is over. */
  readonly judged: number
  /** Null where no task is judged. */
  readonly mean: number | null
  /** Null for fewer than two tasks. */
  readonly standardError: number | null
  readonly items: { readonly satisfied: number; readonly unsatisfied: number; readonly missing: number }
  /** The mean over all tasks if every missing verdict had been a no, and if every one had been a yes. */
  readonly ifMissingNo: number | null
  readonly ifMissingYes: number | null
}

export const summarise = (rows: ReadonlyArray<Row>): ChecklistSummary => {
  const found = satisfaction(known(rows.map(({ satisfied }) => rateOf(satisfied))))
  const count = (wanted: boolean | null) =>
    rows.reduce((sum, { satisfied }) => sum + satisfied.filter((verdict) => verdict === wanted).length, 0)
  const meanIf = (missing: boolean) =>
    satisfaction(known(rows.map(({ satisfied }) => rateIf(missing, satisfied))))?.mean ?? null
  return {
    tasks: rows.length,
    judged: found?.n ?? 0,
    mean: found?.mean ?? null,
    standardError: found === null || found.n < 2 ? null : found.standardError,
    items: { satisfied: count(true), unsatisfied: count(false), missing: count(null) },
    ifMissingNo: meanIf(false),
    ifMissingYes: meanIf(true),
  }
}

/** In each of WildBench's five categories: a task is in all that one of its tags belongs to. */
export const byCategory = (rows: ReadonlyArray<Row>) =>
  grouped(rows, categoriesOf).map(([name, own]) => ({ name, ...summarise(own) }))

/** By primary tag, as the paper's summaries have it. */
export const byTag = (rows: ReadonlyArray<Row>) =>
  [...new Set(rows.map(({ primaryTag }) => primaryTag))]
    .sort()
    .map((name) => ({ name, ...summarise(rows.filter(({ primaryTag }) => primaryTag === name)) }))

export interface LengthSummary {
  /** Answers that are neither truncated nor missing, over which the figures are; in code points. */
  readonly n: number
  readonly mean: number | null
  readonly median: number | null
  readonly p90: number | null
  readonly truncated: number
  /** Tasks without an answer. */
  readonly without: number
}

export const lengthsOf = (rows: ReadonlyArray<Row>): LengthSummary => {
  const there = rows.filter(({ failure }) => failure === null)
  const whole = there.flatMap(({ truncated, length }) => (truncated ? [] : [length])).sort((a, b) => a - b)
  const at = (q: number) => (whole.length === 0 ? null : quantile(whole, q))
  return {
    n: whole.length,
    mean: whole.length === 0 ? null : whole.reduce((sum, length) => sum + length, 0) / whole.length,
    median: at(0.5),
    p90: at(0.9),
    truncated: there.length - whole.length,
    without: rows.length - there.length,
  }
}

const known = (rates: ReadonlyArray<number | null>) => rates.filter((rate) => rate !== null)
