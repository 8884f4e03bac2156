/** Verdicts of several assistants to the numbers of a report. Pure: equal inputs give equal data. */
import type {
  WildBenchPair,
  WildBenchPairsResult,
  WildBenchScore,
  WildBenchScoresResult,
  WildBenchVerdict,
  WildBenchVerdictsResult,
} from "../../../../src/domain/WildBench.ts"
import { panelAgreement } from "../../judges/panelAgreement.ts"
import { holm } from "../../statistics/holm.ts"
import { byCategory, byTag, lengthsOf, summarise } from "../../wildbench/checklistSummary.ts"
import { compareAnswers } from "../../wildbench/compareAnswers.ts"
import { ordersReward } from "../../wildbench/ordersReward.ts"
import { scoredAnswer, wbScore } from "../../wildbench/WbScore.ts"
import { answeredBy } from "./answeredBy.ts"
import type { WildBenchReport } from "./WildBenchReport.ts"

export interface WildBenchCell {
  readonly assistant: string
  readonly result: WildBenchVerdictsResult
  readonly rows: ReadonlyArray<WildBenchVerdict>
  readonly scores?: { readonly result: WildBenchScoresResult; readonly rows: ReadonlyArray<WildBenchScore> } | undefined
}

export interface WildBenchRewards {
  readonly test: string
  readonly reference: string
  readonly result: WildBenchPairsResult
  readonly rows: ReadonlyArray<WildBenchPair>
}

/** Judged by the same judges in the same words; undefined where there is nothing. */
export const buildWildBench = (
  cells: ReadonlyArray<WildBenchCell>,
  compared: ReadonlyArray<WildBenchRewards> = [],
): WildBenchReport | undefined => {
  const [first] = cells
  if (first === undefined) return undefined
  const { judges, prompt } = first.result
  const groups = (of: typeof byTag | typeof byCategory) =>
    cells.flatMap(({ assistant, rows }) => of(rows).map((group) => ({ assistant, ...group })))
  const [scores, rewards] = [cells.flatMap(scoreRows), compared.flatMap(rewardRows)]
  const answered = answeredBy(cells, compared)
  return {
    ...(scores.length === 0 ? {} : { scores }),
    ...(rewards.length === 0 ? {} : { rewards }),
    ...(answered.length === 0 ? {} : { answered }),
    judges,
    prompt,
    assistants: cells.map(({ assistant, result: { failures, judgeFailures }, rows }) => ({
      assistant,
      ...summarise(rows),
      lengths: lengthsOf(rows),
      failures,
      judgeFailures,
    })),
    categories: groups(byCategory),
    tags: groups(byTag),
    pairs: pairs(cells),
    agreement: panelAgreement(
      judges.map(({ name }) => name),
      judges.map((_, judge) => cells.flatMap(({ rows }) => rows.flatMap((row) => row.judges[judge]?.satisfied ?? []))),
    ),
  }
}

const scoreRows = ({ assistant, scores }: WildBenchCell): NonNullable<WildBenchReport["scores"]> => {
  if (scores === undefined) return []
  const { rows, result } = scores
  const found = wbScore(rows.map(scoredAnswer))
  return [
    {
      assistant,
      judge: result.judge,
      rows: rows.length,
      unscored: found?.unscored ?? rows.length,
      floor: rows.filter(({ failure }) => failure?.by === "assistant").length,
      incomplete: rows.filter(({ incomplete }) => incomplete).length,
      score: found?.score ?? null,
      ifMissingLeast: found?.ifMissingLeast ?? null,
      ifMissingMost: found?.ifMissingMost ?? null,
      adjustedScore: found?.adjustedScore ?? null,
      categoryScores: found?.categoryScores ?? {},
      taskMacroScore: found?.taskMacroScore ?? null,
      judgeFailures: result.judgeFailures,
      prompt: result.prompt,
    },
  ]
}

/** Without a length penalty, and with the margins of WildBench's leaderboard; 1,000 is the paper's. */
const margins = [null, 100, 500, 1000]

const rewardRows = ({ test, reference, result: { judge, judgeFailures, prompt }, rows }: WildBenchRewards) =>
  margins.map((margin) => ({ test, reference, judge, judgeFailures, prompt, ...ordersReward(rows, margin) }))

/** Every two assistants in the order given. */
const pairs = (cells: ReadonlyArray<WildBenchCell>): WildBenchReport["pairs"] => {
  const compared = cells.flatMap((one, i) =>
    cells.slice(i + 1).map((other) => ({
      first: one.assistant,
      second: other.assistant,
      ...compareAnswers(one.rows, other.rows),
    })),
  )
  const adjusted = holm(compared.map(({ difference }) => difference?.p ?? null))
  return compared.map((pair, i) => ({
    ...pair,
    difference: pair.difference && { ...pair.difference, p: adjusted[i] ?? null },
  }))
}
