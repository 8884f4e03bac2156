/** Answers to tasks, and what judges said of them, as text. */
import { comparisons, itemJudgments, scoreJudgment } from "../layers/evaluation/report/transcripts/TaskJudgment.ts"
import type { TaskJudgment } from "../layers/evaluation/report/transcripts/TaskJudgment.ts"
import type { WildBenchAnswer, WildBenchPair, WildBenchScore, WildBenchVerdict } from "../src/domain/WildBench.ts"

export type JudgedRow = WildBenchAnswer | WildBenchVerdict | WildBenchScore | WildBenchPair

/** The rows themselves name no judges: the step that they are of does. */
export const renderJudged = (row: JudgedRow): string => {
  const about = `== ${row.session}, ${row.primaryTag}`
  if ("output" in row) {
    if (row.failure !== null) return `${about}, no answer by the ${row.failure.by}: ${row.failure.reason}`
    return `${about}${row.truncated ? ", truncated" : ""}\n${row.output}`
  }
  if ("checklist" in row) {
    const judges = row.judges.map((_, i) => `judge ${i + 1}`)
    return [about, ...itemJudgments(row, judges).map(said)].join("\n")
  }
  if ("testLength" in row) return [about, ...comparisons(row, "judge", "the reference", null).map(said)].join("\n")
  return `${about}\n${said(scoreJudgment(row, "judge"))}`
}

const said = ({ judge, what, name, passed, value, reason, failure }: TaskJudgment) => {
  const outcome =
    what === "item"
      ? passed === null
        ? "missing"
        : passed
          ? "satisfied"
          : "not satisfied"
      : value === null
        ? "missing"
        : String(value)
  const because = [reason, failure].filter((text) => text !== null).map((text) => `: ${text}`)
  return `  ${judge}, ${name}: ${outcome}${because.join("")}`
}
