/** Where the numbers of a report's rows come from. */
import type { ReportData } from "./ReportData.ts"
import { isSameColumn } from "./scores.ts"
import type { Source } from "./Section.ts"
import { stepLabels } from "./stepLabels.ts"

interface Cell {
  readonly assistant: string
  readonly simulator: string
  readonly persona: string
}

export const cellSource = ({ assistant, simulator, persona }: Cell): Source => ({
  steps: [stepLabels.evaluation({ assistant, simulator, persona })],
  talks: { kind: "evaluation", assistant, simulator, persona },
})

/** Of numbers that several assistants make together in one column: the sides of a comparison, or seeds. */
const columnOf = (assistants: ReadonlyArray<string>, { simulator, persona }: Omit<Cell, "assistant">): Source => {
  const cells = assistants.map((assistant) => cellSource({ assistant, simulator, persona }))
  const [talks, ...otherTalks] = cells.flatMap((cell) => (cell.talks === undefined ? [] : [cell.talks]))
  return { steps: cells.flatMap(({ steps }) => steps), ...(talks === undefined ? {} : { talks, otherTalks }) }
}

/** The conversations of the assistant and those of the one that it is paired with. */
export const contrastSource = ({ assistant, against, ...column }: Cell & { readonly against: string }): Source =>
  columnOf([assistant, against], column)

/** Against the model that the assistant was trained from. */
export const gainSource = ({ initial, ...cell }: Cell & { readonly initial: string }): Source =>
  contrastSource({ ...cell, against: initial })

/** All assistants that a claim across seeds is made of, and the models that they were trained from. */
export const seedsSource = (
  data: ReportData,
  { assistants, ...column }: Omit<Cell, "assistant"> & { readonly assistants?: ReadonlyArray<string> | undefined },
): Source => {
  if (assistants === undefined) return columnSource(data, column)
  const initial = data.gains
    .filter((gain) => assistants.includes(gain.assistant) && isSameColumn(gain, column))
    .map((gain) => gain.initial)
  return columnOf([...new Set([...assistants, ...initial])], column)
}

/** All evaluations of an assistant and of the models that it is compared with. */
export const assistantSource = ({ matrix, gains }: ReportData, assistant: string): Source => {
  const initial = new Set(gains.filter((gain) => gain.assistant === assistant).map((gain) => gain.initial))
  const rows = matrix.filter(
    (row) => row.metric === "reward" && (row.assistant === assistant || initial.has(row.assistant)),
  )
  return {
    steps: rows.map(stepLabels.evaluation),
    talks: { kind: "evaluation", assistant },
    otherTalks: [...initial].map((assistant) => ({ kind: "evaluation", assistant })),
  }
}

/** All evaluations. */
export const matrixSource = ({ matrix }: ReportData): Source => ({
  steps: matrix.filter((row) => row.metric === "reward").map(stepLabels.evaluation),
  talks: { kind: "evaluation" },
})

/** All evaluations with a simulator in a persona. */
export const columnSource = ({ matrix }: ReportData, { simulator, persona }: Omit<Cell, "assistant">): Source => ({
  steps: matrix
    .filter((row) => row.metric === "reward" && row.simulator === simulator && row.persona === persona)
    .map(stepLabels.evaluation),
  talks: { kind: "evaluation", simulator, persona },
})

export const trainingSource = (assistant: string, iteration?: number): Source => ({
  steps: [stepLabels.assistant(assistant)],
  talks: { kind: "training", assistant, ...(iteration === undefined ? {} : { iteration }) },
})

/** In training where there is no simulator, else in a cell. */
export const placeSource = (row: {
  readonly assistant: string
  readonly simulator: string | null
  readonly persona: string | null
}): Source =>
  row.simulator === null || row.persona === null
    ? trainingSource(row.assistant)
    : cellSource({ assistant: row.assistant, simulator: row.simulator, persona: row.persona })

/** The same with conversations narrowed. */
export const narrowed = (source: Source, talks: Source["talks"]): Source => ({
  ...source,
  talks: { ...source.talks, ...talks },
})

/** Sums over the calls and steps of a run. */
export const runSource = (experiment: string): Source => ({ steps: [], command: `understudy steps ${experiment}` })
