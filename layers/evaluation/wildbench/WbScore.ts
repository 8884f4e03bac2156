/**
 * WB-Score (Lin et al. 2024, arXiv 2406.04770): one judge gives each answer 1 to 10; the adjusted score is (mean - 5) * 2,
 * so that 5 is 0 and 10 is 10. Truncated and empty answers count in the score, and are left out of the average length
 * and of the category scores.
 */
import type { WildBenchScore } from "../../../src/domain/WildBench.ts"
import { categoriesOf, grouped, taskMacro } from "./categories.ts"
import type { ByCategory, TaskTags } from "./categories.ts"

export interface ScoredAnswer {
  /** 1 to 10. Null where there is none: such a row is left out and counted. */
  readonly score: number | null
  /** Code points. */
  readonly length: number
  /** Truncated or empty. */
  readonly incomplete: boolean
  readonly tags?: TaskTags
}

export interface WbScore {
  readonly rows: number
  /** Rows without a score. */
  readonly unscored: number
  /** Rows with a truncated or empty answer. */
  readonly incomplete: number
  /** Mean over the rows with a score. */
  readonly score: number
  /** The mean over all rows if every one without a score had the least, 1, and the most, 10. */
  readonly ifMissingLeast: number
  readonly ifMissingMost: number
  /** (score - 5) * 2. */
  readonly adjustedScore: number
  /** Code points, over complete answers; null where there is none. */
  readonly averageLength: number | null
  /** Adjusted, over complete answers; empty where no row has tags. */
  readonly categoryScores: ByCategory<number>
  /** Null where no row has tags. */
  readonly taskMacroScore: number | null
}

/** Null where no row has a score. */
export const wbScore = (answers: ReadonlyArray<ScoredAnswer>): WbScore | null => {
  const scored = answers.filter((answer) => answer.score !== null)
  const score = meanOf(scored, ({ score }) => score ?? 0)
  if (score === null) return null
  const meanIf = (missing: number) => meanOf(answers, (answer) => answer.score ?? missing) ?? missing
  const complete = answers.filter(({ incomplete }) => !incomplete)
  const tagged = scored.filter(({ incomplete, tags }) => !incomplete && tags !== undefined)
  const categoryScores: ByCategory<number> = Object.fromEntries(
    grouped(tagged, ({ tags }) => (tags === undefined ? [] : categoriesOf(tags))).map(([name, found]) => [
      name,
      adjusted(meanOf(found, ({ score }) => score ?? 0) ?? 0),
    ]),
  )
  return {
    rows: answers.length,
    unscored: answers.length - scored.length,
    incomplete: answers.length - complete.length,
    score,
    ifMissingLeast: meanIf(least),
    ifMissingMost: meanIf(most),
    adjustedScore: adjusted(score),
    averageLength: meanOf(complete, ({ length }) => length),
    categoryScores,
    taskMacroScore: tagged.length === 0 ? null : taskMacro(categoryScores),
  }
}

const [least, most] = [1, 10]

/** A judged answer as it counts: at the floor, 1, where the assistant gave none, without a score where it was lost. */
export const scoredAnswer = ({ verdict, failure, ...row }: WildBenchScore): ScoredAnswer => ({
  score: failure?.by === "assistant" ? least : (verdict?.score ?? null),
  length: row.length,
  incomplete: row.incomplete || verdict === null,
  tags: row,
})

const adjusted = (score: number) => (score - 5) * 2

const meanOf = <A>(items: ReadonlyArray<A>, of: (item: A) => number): number | null =>
  items.length === 0 ? null : items.reduce((total, item) => total + of(item), 0) / items.length
