/**
 * WB-Reward (Lin et al. 2024): a judge compares the test model's answer with a reference model's. Much better is 1,
 * slightly better 0.5, a tie 0, and the same below it; the reward is the mean. With a length margin of K characters, a
 * slight verdict for the answer that is more than K longer becomes a tie; a much better one stands.
 */
import { categoriesOf, grouped, taskMacro } from "./categories.ts"
import type { ByCategory, TaskTags } from "./categories.ts"

/** From the test model's side. */
export type WbVerdict = "win_much" | "win" | "tie" | "lose" | "lose_much"

export const wbVerdicts = { win_much: 1, win: 0.5, tie: 0, lose: -0.5, lose_much: -1 } as const

export interface ComparedAnswer {
  readonly verdict: WbVerdict
  /** Code points of the two answers. */
  readonly testLength: number
  readonly referenceLength: number
  /** Either answer is truncated or empty. */
  readonly incomplete: boolean
  readonly tags?: TaskTags
}

export type VerdictCounts = Readonly<Record<WbVerdict, number>>

export interface WbReward extends VerdictCounts {
  /** All rows, those left out included. */
  readonly total: number
  readonly reward: number
  /** Code points of the test model's counted answers; null where there is none. */
  readonly averageLength: number | null
  readonly categoryCounts: ByCategory<VerdictCounts>
  readonly categoryRewards: ByCategory<number>
  /** Null where no row has tags. */
  readonly taskMacroReward: number | null
}

export interface WbRewardOptions {
  /** K, in characters, 0 included; undefined: no length penalty. */
  readonly lengthMargin?: number | undefined
  /**
   * Leave rows with a truncated or empty answer out of the counts, as the leaderboard does. They stay in the total of
   * the reward, so that they weigh as ties, and not in that of a category.
   */
  readonly skipIncomplete?: boolean
}

/** Null where there are no rows. */
export const wbReward = (
  answers: ReadonlyArray<ComparedAnswer>,
  { lengthMargin, skipIncomplete = true }: WbRewardOptions = {},
): WbReward | null => {
  if (answers.length === 0) return null
  const counted = answers
    .filter(({ incomplete }) => !(skipIncomplete && incomplete))
    .map((answer) => ({ ...answer, verdict: penalised(answer, lengthMargin) }))
  const counts = countVerdicts(counted)
  const groups = grouped(counted, ({ tags }) => (tags === undefined ? [] : categoriesOf(tags)))
  const categoryCounts = groups.map(([name, found]) => [name, countVerdicts(found)] as const)
  const categoryRewards: ByCategory<number> = Object.fromEntries(
    categoryCounts.map(([name, found]) => [name, rewardOf(found)]),
  )
  return {
    ...counts,
    total: answers.length,
    reward: rewardOf(counts, answers.length),
    averageLength:
      counted.length === 0 ? null : counted.reduce((sum, { testLength }) => sum + testLength, 0) / counted.length,
    categoryCounts: Object.fromEntries(categoryCounts),
    categoryRewards,
    taskMacroReward: groups.length === 0 ? null : taskMacro(categoryRewards),
  }
}

/** The sum of verdicts by `total`, or where none is given by the verdicts counted. */
export const rewardOf = (
  { win_much, win, tie, lose, lose_much }: VerdictCounts,
  total: number = win_much + win + tie + lose + lose_much,
): number => (win_much + win * 0.5 - lose * 0.5 - lose_much) / total

const penalised = (answer: ComparedAnswer, lengthMargin: number | undefined): WbVerdict => {
  const { verdict, testLength, referenceLength } = answer
  if (lengthMargin === undefined) return verdict
  if (verdict === "win" && testLength > referenceLength + lengthMargin) return "tie"
  return verdict === "lose" && referenceLength > testLength + lengthMargin ? "tie" : verdict
}

const countVerdicts = (answers: ReadonlyArray<{ readonly verdict: WbVerdict }>): VerdictCounts => {
  const count = (verdict: WbVerdict) => answers.filter((answer) => answer.verdict === verdict).length
  return {
    win_much: count("win_much"),
    win: count("win"),
    tie: count("tie"),
    lose: count("lose"),
    lose_much: count("lose_much"),
  }
}
