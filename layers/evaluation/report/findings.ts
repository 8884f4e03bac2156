/** The answer of a report in words: what each trained assistant gained, where, and whether an interval shows it. */
import { decimal, interval, signed, signedInterval } from "./numbers.ts"
import type { Gain, MatrixRow, ReportData } from "./ReportData.ts"
import { cellSource, gainSource } from "./rowSources.ts"
import type { Finding, MatrixCell, MatrixColumn, MatrixLine } from "./Section.ts"

type Assistant = ReportData["assistants"][number]

export const assistantName = ({ label, kind, trainedWith }: Assistant) => {
  if (kind === "initial") return `${label} (not trained)`
  return trainedWith !== null && label.split(", ").includes(trainedWith) ? `trained with ${label}` : label
}

export const columnName = ({ simulator, persona, heldOut }: MatrixColumn) =>
  `${simulator} as ${persona}${heldOut ? " (held out)" : ""}`

/** One for each trained assistant that was compared with its initial model. The own simulator leads. */
export const findings = (data: ReportData): ReadonlyArray<Finding> =>
  data.assistants.flatMap((assistant) => {
    const gains = data.gains.filter((gain) => gain.assistant === assistant.label && gain.metric === "reward")
    const isOwn = (gain: Gain) => gain.simulator === assistant.trainedWith
    const ordered = [...gains].sort((a, b) => rank(a, isOwn) - rank(b, isOwn))
    const [first, ...others] = ordered
    if (first === undefined) return []
    const tone = toneOf(first)
    return [
      {
        title: assistantName(assistant),
        tone,
        verdict: verdicts[tone],
        gain: signed(first.mean),
        interval: signedInterval(first),
        where: `${columnName(first)}${isOwn(first) ? ", its own simulator" : ""}`,
        source: gainSource(first),
        others: others.map((gain) => ({ where: columnName(gain), gain, source: gainSource(gain) })),
      },
    ]
  })

const rank = (gain: Gain, isOwn: (gain: Gain) => boolean) => (gain.heldOut ? 2 : 0) + (isOwn(gain) ? 0 : 1)

/** An interval that holds 0 shows neither a gain nor a loss. */
const toneOf = ({ low, high }: Gain) => {
  if (low !== null && low > 0) return "up"
  return high !== null && high < 0 ? "down" : "unclear"
}

const verdicts = {
  up: "more reward than before training",
  down: "less reward than before training",
  unclear: "no change shown: the interval holds 0, or there is none",
}

/** The rewards as a table: initial models first, then in the order of the experiment. */
export const matrixTable = (data: ReportData) => {
  const rewards = data.matrix.filter(({ metric }) => metric === "reward")
  const columns = rewards.reduce<ReadonlyArray<MatrixColumn>>(
    (found, row) => (found.some((column) => isIn(row, column)) ? found : [...found, row]),
    [],
  )
  const assistants = [...data.assistants]
    .filter(({ label }) => rewards.some(({ assistant }) => assistant === label))
    .sort((a, b) => Number(b.kind === "initial") - Number(a.kind === "initial"))
  const rows = assistants.map((assistant): MatrixLine => ({
    name: assistantName(assistant),
    cells: columns.map((column) => {
      const row = rewards.find((one) => one.assistant === assistant.label && isIn(one, column))
      return row === undefined ? undefined : cellOf(data, assistant, row)
    }),
  }))
  return { columns, rows }
}

const isIn = (row: MatrixColumn, column: MatrixColumn) =>
  row.simulator === column.simulator && row.persona === column.persona

const cellOf = (data: ReportData, { label, trainedWith }: Assistant, row: MatrixRow): MatrixCell => {
  const gain = data.gains.find((one) => one.assistant === label && one.metric === "reward" && isIn(one, row))
  return {
    value: row.mean,
    mean: decimal(row.mean),
    interval: interval(row),
    gain: gain === undefined ? "" : `${signed(gain.mean)} ${signedInterval(gain)}`.trim(),
    count: row.missing === 0 ? `n ${row.n}` : `n ${row.n}, ${row.missing} missing`,
    own: row.simulator === trainedWith,
    source: cellSource(row),
    gainSource: gain === undefined ? undefined : gainSource(gain),
  }
}
