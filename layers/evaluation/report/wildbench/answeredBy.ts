/** Which answers lie under a report's numbers, each assistant's once, with everything that judges said of them. */
import type { AnsweredTasks } from "../../../../src/domain/WildBench.ts"
import { stepLabels } from "../stepLabels.ts"
import type { WildBenchCell, WildBenchRewards } from "./buildWildBench.ts"
import type { AnsweredBy } from "./WildBenchReport.ts"

/** In the order in which results name them; results that don't say what they judged have none. */
export const answeredBy = (
  cells: ReadonlyArray<WildBenchCell>,
  compared: ReadonlyArray<WildBenchRewards>,
): ReadonlyArray<AnsweredBy> => {
  const found = new Map<string, AnsweredBy>()
  const add = (assistant: string, judging: string, answered: AnsweredTasks | undefined, judged: Judged) => {
    if (answered === undefined) return
    const key = JSON.stringify([assistant, answered.answers.sha256])
    const label = stepLabels.wildbenchAnswers(judging, assistant)
    const [tasks, answers] = [answered.tasks.sha256, answered.answers.sha256]
    const known = found.get(key) ?? { assistant, label, tasks, answers, scores: [], pairs: [] }
    found.set(key, {
      ...known,
      ...(judged.verdicts === undefined ? {} : { verdicts: judged.verdicts }),
      scores: [...known.scores, ...(judged.scores ?? [])],
      pairs: [...known.pairs, ...(judged.pairs ?? [])],
    })
  }
  for (const { assistant, result, scores } of cells) {
    const judges = result.judges.map(({ name }) => name)
    const verdicts = { judges, rows: result.verdicts.sha256 }
    add(assistant, stepLabels.wildbench(assistant), result.answered, { verdicts })
    if (scores === undefined) continue
    const { judge, answered, scores: rows } = scores.result
    const judged = { scores: [{ judge: judge.name, rows: rows.sha256 }] }
    add(assistant, stepLabels.wildbenchScores(assistant), answered, judged)
  }
  for (const { test, reference, result } of compared) {
    const label = stepLabels.wildbenchPairs({ test, reference })
    const pairs = [{ judge: result.judge.name, reference, rows: result.pairs.sha256 }]
    add(test, label, result.answered?.test, { pairs })
    add(reference, label, result.answered?.reference, {})
  }
  return [...found.values()]
}

type Judged = Partial<Pick<AnsweredBy, "verdicts" | "scores" | "pairs">>
