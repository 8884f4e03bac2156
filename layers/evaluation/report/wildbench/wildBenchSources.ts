/** Where the numbers on tasks come from: the steps that answered and judged, and the tasks in the transcript browser. */
import type { Sha256 } from "../../../../src/domain/Artifact.ts"
import type { AnsweredTasks } from "../../../../src/domain/WildBench.ts"
import type { Provenance } from "../ReportData.ts"
import type { Source, TalkFilter } from "../Section.ts"
import { stepLabels } from "../stepLabels.ts"
import type { WildBenchCell, WildBenchRewards } from "./buildWildBench.ts"
import type { WildBenchReport } from "./WildBenchReport.ts"

/** Of numbers from checklists, of these assistants; the tasks are those of the first. */
export const checklistSource = (
  data: WildBenchReport,
  [first, ...others]: readonly [string, ...ReadonlyArray<string>],
  narrower: TalkFilter = {},
): Source => ({
  steps: [first, ...others].flatMap(checklistSteps),
  ...talksOf(data, { ...narrower, assistant: first }),
})

/** Of numbers over the verdicts on all assistants. */
export const allChecklists = (data: WildBenchReport): Source => ({
  steps: data.assistants.flatMap(({ assistant }) => checklistSteps(assistant)),
  ...talksOf(data, {}),
})

export const scoreSource = (data: WildBenchReport, assistant: string): Source => {
  const label = stepLabels.wildbenchScores(assistant)
  return { steps: [label, stepLabels.wildbenchAnswers(label, assistant)], ...talksOf(data, { assistant }) }
}

/** The tasks are the test model's, with the comparisons. */
export const rewardSource = (data: WildBenchReport, pair: { readonly test: string; readonly reference: string }) => {
  const label = stepLabels.wildbenchPairs(pair)
  const answers = [pair.test, pair.reference].map((assistant) => stepLabels.wildbenchAnswers(label, assistant))
  return { steps: [label, ...answers], ...talksOf(data, { assistant: pair.test }) }
}

const checklistSteps = (assistant: string) => {
  const label = stepLabels.wildbench(assistant)
  return [label, stepLabels.wildbenchAnswers(label, assistant)]
}

/** Nothing where results don't name the answers. */
const talksOf = ({ answered = [] }: WildBenchReport, talks: TalkFilter): Pick<Source, "talks"> =>
  answered.some(({ assistant }) => assistant === (talks.assistant ?? assistant))
    ? { talks: { kind: "task", ...talks } }
    : {}

/** The artifacts of each step that judged, and of the answers that it judged. */
export const wildBenchProvenance = (
  cells: ReadonlyArray<WildBenchCell>,
  compared: ReadonlyArray<WildBenchRewards>,
): ReadonlyArray<Provenance> => [
  ...cells.flatMap(({ assistant, result }) =>
    rowsOf(stepLabels.wildbench(assistant), result.verdicts, [[assistant, result.answered]]),
  ),
  ...cells.flatMap(({ assistant, scores }) =>
    scores === undefined
      ? []
      : rowsOf(stepLabels.wildbenchScores(assistant), scores.result.scores, [[assistant, scores.result.answered]]),
  ),
  ...compared.flatMap(({ test, reference, result: { pairs, answered } }) =>
    rowsOf(stepLabels.wildbenchPairs({ test, reference }), pairs, [
      [test, answered?.test],
      [reference, answered?.reference],
    ]),
  ),
]

const rowsOf = (
  label: string,
  { sha256 }: { readonly sha256: Sha256 },
  answers: ReadonlyArray<readonly [string, AnsweredTasks | undefined]>,
): ReadonlyArray<Provenance> => [
  { label, transcripts: [sha256] },
  ...answers.flatMap(([assistant, answered]) =>
    answered === undefined
      ? []
      : [{ label: stepLabels.wildbenchAnswers(label, assistant), transcripts: [answered.answers.sha256] }],
  ),
]
