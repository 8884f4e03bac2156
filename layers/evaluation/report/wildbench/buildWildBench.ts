/** Verdicts of several assistants to the numbers of a report. Pure: equal inputs give equal data. */
import type { WildBenchVerdict, WildBenchVerdictsResult } from "../../../../src/domain/WildBench.ts"
import { panelAgreement } from "../../judges/panelAgreement.ts"
import { holm } from "../../statistics/holm.ts"
import { byCategory, byTag, lengthsOf, summarise } from "../../wildbench/checklistSummary.ts"
import { compareAnswers } from "../../wildbench/compareAnswers.ts"
import type { WildBenchReport } from "./WildBenchReport.ts"

export interface WildBenchCell {
  readonly assistant: string
  readonly result: WildBenchVerdictsResult
  readonly rows: ReadonlyArray<WildBenchVerdict>
}

/** Judged by the same judges in the same words; undefined where there is nothing. */
export const buildWildBench = (cells: ReadonlyArray<WildBenchCell>): WildBenchReport | undefined => {
  const [first] = cells
  if (first === undefined) return undefined
  const { judges, prompt } = first.result
  const groups = (of: typeof byTag | typeof byCategory) =>
    cells.flatMap(({ assistant, rows }) => of(rows).map((group) => ({ assistant, ...group })))
  return {
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
