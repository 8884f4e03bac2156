/** Tables of a report's results. */
import { assistantName, columnName } from "./findings.ts"
import { decimal, interval, percent, signed, signedInterval, significant, whole } from "./numbers.ts"
import type { ReportData } from "./ReportData.ts"
import { assistantSource, cellSource, columnSource, trainingSource } from "./rowSources.ts"
import type { Column, Table } from "./Section.ts"
import { stepLabels } from "./stepLabels.ts"

const numeric = (name: string): Column => ({ name, numeric: true })

const nameOf = (data: ReportData, label: string) => {
  const assistant = data.assistants.find((one) => one.label === label)
  return assistant === undefined ? label : assistantName(assistant)
}

export const gapTable = (data: ReportData): Table => ({
  kind: "table",
  caption: "Gap between the own simulator and the others",
  columns: [
    { name: "assistant" },
    { name: "own simulator" },
    numeric("gap"),
    numeric("95% interval"),
    numeric("prompts"),
  ],
  sources: data.generalisation.map(({ assistant }) => assistantSource(data, assistant)),
  rows: data.generalisation.map(({ assistant, own, mean, low, high, n }) => [
    nameOf(data, assistant),
    own,
    signed(mean),
    signedInterval({ low, high }),
    whole(n),
  ]),
})

export const measureTable = (data: ReportData): Table => {
  const metrics = [...new Set(data.matrix.map(({ metric }) => metric))].filter((metric) => metric !== "reward")
  const cells = data.matrix.filter(({ metric }) => metric === "reward")
  return {
    kind: "table",
    caption: "Measures behind the reward",
    columns: [{ name: "assistant" }, { name: "simulator" }, ...metrics.map(numeric)],
    sources: cells.map(cellSource),
    rows:
      metrics.length === 0
        ? []
        : cells.map((cell) => [
            nameOf(data, cell.assistant),
            columnName(cell),
            ...metrics.map((metric) => {
              const same = (row: typeof cell | ReportData["gains"][number]) =>
                row.metric === metric &&
                row.assistant === cell.assistant &&
                row.simulator === cell.simulator &&
                row.persona === cell.persona
              const gain = data.gains.find(same)
              const value = decimal(data.matrix.find(same)?.mean ?? null)
              return gain === undefined ? value : `${value} (${signed(gain.mean)})`
            }),
          ]),
  }
}

export const perplexityTable = (data: ReportData): Table => ({
  kind: "table",
  caption:
    "Held-out user turns under each simulator, before and after fine-tuning; P(end): of ending where the user ended",
  columns: [
    { name: "simulator" },
    { name: "kind" },
    { name: "model" },
    numeric("perplexity before"),
    numeric("perplexity after"),
    numeric("tokens"),
    numeric("P(end) before"),
    numeric("P(end) after"),
  ],
  sources: data.simulators.map(({ label }) => ({ steps: [stepLabels.simulator(label)] })),
  rows: data.simulators.map(({ label, kind, model }) => {
    const perplexity = data.perplexity.find(({ simulator }) => simulator === label)
    const ending = data.ending.find(({ simulator }) => simulator === label)
    return [
      label,
      kind,
      model,
      decimal(perplexity?.before ?? null, 1),
      decimal(perplexity?.after ?? null, 1),
      perplexity === undefined ? "–" : whole(perplexity.tokens),
      significant(ending?.before ?? null),
      significant(ending?.after ?? null),
    ]
  }),
})

export const lengthName = ({ real, simulator, persona }: ReportData["turnLengths"][number]) =>
  real ? "real users" : `${simulator} as ${persona}`

export const lengthTable = (data: ReportData): Table => ({
  kind: "table",
  caption: "Words in a user turn after the opening",
  columns: [{ name: "who" }, ...["turns", "mean", "10%", "median", "90%"].map(numeric)],
  sources: data.turnLengths.map(({ simulator, persona }) =>
    simulator === null || persona === null ? { steps: [stepLabels.split] } : columnSource(data, { simulator, persona }),
  ),
  rows: data.turnLengths.map((row) => [
    lengthName(row),
    whole(row.turns),
    decimal(row.mean, 1),
    ...[row.p10, row.median, row.p90].map((value) => decimal(value, 0)),
  ]),
})

export const endingTable = (data: ReportData): Table => {
  const { endings } = data
  const kinds = [...new Set(endings.map(({ ending }) => ending))].sort()
  const columns = new Map(endings.map((row) => [`${row.simulator} as ${row.persona}`, row]))
  return {
    kind: "table",
    caption: "How conversations ended",
    columns: [
      { name: "simulator" },
      numeric("conversations"),
      ...kinds.map((ending) => ({ ...numeric(ending), talks: { ending } })),
    ],
    sources: [...columns.values()].map((row) => columnSource(data, row)),
    rows: [...columns.keys()].map((column) => {
      const rows = endings.filter((row) => `${row.simulator} as ${row.persona}` === column)
      const all = rows.reduce((sum, { count }) => sum + count, 0)
      const countOf = (kind: string) => rows.find(({ ending }) => ending === kind)?.count ?? 0
      return [column, whole(all), ...kinds.map((kind) => `${countOf(kind)} (${percent(countOf(kind), all)})`)]
    }),
  }
}

export const curveTable = (data: ReportData): Table => {
  const metrics = [
    ...new Set(data.curves.flatMap(({ points }) => points.flatMap((point) => Object.keys(point.measures)))),
  ]
  return {
    kind: "table",
    folded: true,
    caption: "Every iteration",
    columns: [
      { name: "assistant" },
      ...["iteration", "reward", "KL (nats)", ...metrics, "rollouts", "failed", "seconds"].map(numeric),
    ],
    sources: data.curves.flatMap(({ assistant, points }) =>
      points.map(({ iteration }) => trainingSource(assistant, iteration + 1)),
    ),
    rows: data.curves.flatMap(({ assistant, points }) =>
      points.map(({ iteration, reward, kl, measures, rollouts, failed, seconds }) => [
        nameOf(data, assistant),
        whole(iteration + 1),
        decimal(reward),
        decimal(kl, 3),
        ...metrics.map((metric) => decimal(measures[metric] ?? null)),
        whole(rollouts),
        whole(failed),
        whole(seconds.sampling + seconds.training + seconds.saving),
      ]),
    ),
  }
}

/** The rewards as an ordinary table, where cells can't be drawn. */
export const rewardTable = (data: ReportData): Table => ({
  kind: "table",
  caption: "Mean reward on held-out prompts",
  columns: [
    { name: "assistant" },
    { name: "simulator" },
    ...["mean", "95% interval", "n", "missing", "gain", "95% interval"].map(numeric),
  ],
  sources: data.matrix.filter(({ metric }) => metric === "reward").map(cellSource),
  rows: data.matrix
    .filter(({ metric }) => metric === "reward")
    .map((row) => {
      const gain = data.gains.find(
        (one) =>
          one.metric === "reward" &&
          one.assistant === row.assistant &&
          one.simulator === row.simulator &&
          one.persona === row.persona,
      )
      return [
        nameOf(data, row.assistant),
        columnName(row),
        decimal(row.mean),
        interval(row),
        whole(row.n),
        whole(row.missing),
        signed(gain?.mean ?? null),
        gain === undefined ? "" : signedInterval(gain),
      ]
    }),
})
