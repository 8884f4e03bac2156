/** Where the numbers of a report's rows come from. */
import type { ReportData } from "./ReportData.ts"
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

/** The conversations of the assistant and those of the model that it was trained from, which it is paired with. */
export const gainSource = ({ initial, ...cell }: Cell & { readonly initial: string }): Source => ({
  steps: [stepLabels.evaluation(cell), stepLabels.evaluation({ ...cell, assistant: initial })],
  talks: { kind: "evaluation", assistant: cell.assistant, simulator: cell.simulator, persona: cell.persona },
})

/** All evaluations of an assistant and of the models that it is compared with. */
export const assistantSource = ({ matrix, gains }: ReportData, assistant: string): Source => {
  const initial = new Set(gains.filter((gain) => gain.assistant === assistant).map((gain) => gain.initial))
  const rows = matrix.filter(
    (row) => row.metric === "reward" && (row.assistant === assistant || initial.has(row.assistant)),
  )
  return { steps: rows.map(stepLabels.evaluation), talks: { kind: "evaluation", assistant } }
}

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
