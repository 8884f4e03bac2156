/** Charts of a report as Vega-Lite specifications. Colours are CSS variables of the page, for light and for dark. */
import type { TopLevelSpec } from "vega-lite"
import type { Lengths } from "../../../src/domain/Fidelity.ts"
import { assistantName, columnName } from "./findings.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import { lengthName } from "./scienceTables.ts"

const palette = Array.from({ length: 8 }, (_, i) => `var(--series-${i + 1})`)
export const series = { range: palette }
export const legend = { orient: "top", title: null, symbolStrokeWidth: 3, labelLimit: 600 } as const

/** Gains in reward over the initial model with intervals, by column. */
export const gainsChart = (data: ReportData): TopLevelSpec => {
  const values = data.gains
    .filter(({ metric, mean }) => metric === "reward" && mean !== null)
    .map((gain) => ({ ...gain, assistant: nameOf(data, gain.assistant), column: columnName(gain) }))
  const y = {
    field: "column",
    type: "nominal",
    title: null,
    sort: null,
    axis: rowAxis(values.map(({ column }) => column)),
  } as const
  const yOffset = { field: "assistant", type: "nominal", sort: null, scale: { paddingOuter: 0.6 } } as const
  const color = { field: "assistant", type: "nominal", sort: null, scale: series, legend } as const
  return {
    data: { values },
    width: 640,
    height: { step: 16 },
    layer: [
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: "rule", strokeDash: [4, 3], color: "var(--muted)" },
        encoding: { x: { field: "zero", type: "quantitative" } },
      },
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: {
          y,
          yOffset,
          color,
          x: { field: "low", type: "quantitative", title: "gain in reward" },
          x2: { field: "high" },
        },
      },
      {
        mark: { type: "point", filled: true, size: 70, opacity: 1 },
        encoding: { y, yOffset, color, x: { field: "mean", type: "quantitative" } },
      },
    ],
  }
}

/**
 * A panel for the reward, one for KL, and one for each measure; each with an axis of its own. Assistants that differ in
 * the seed alone are one line, their mean, in a band from the least to the most of them.
 */
export const curvesChart = (data: ReportData): TopLevelSpec => {
  const values = data.curves.flatMap(({ assistant, points }) =>
    points.flatMap(({ iteration, reward, kl, measures }) =>
      Object.entries({ reward, "KL (nats)": kl, ...measures }).map(([measure, value]) => ({
        arm: armOf(data, assistant),
        iteration: iteration + 1,
        measure,
        value,
      })),
    ),
  )
  const x = {
    field: "iteration",
    type: "quantitative",
    title: null,
    axis: { tickMinStep: 1, format: "d", grid: false },
  } as const
  // The legend is of the lines: bands alone are pale.
  const color = {
    field: "arm",
    type: "nominal",
    sort: null,
    scale: series,
    legend: { ...legend, symbolOpacity: 1 },
  } as const
  const y = {
    field: "value",
    type: "quantitative",
    title: null,
    scale: { zero: false },
    axis: { tickCount: 4 },
  } as const
  const band = {
    mark: { type: "area", opacity: 0.18 },
    encoding: { x, color, y: { ...y, aggregate: "min" }, y2: { field: "value", aggregate: "max" } },
  } as const
  return {
    data: { values },
    facet: {
      field: "measure",
      type: "nominal",
      sort: [...new Set(values.map(({ measure }) => measure))],
      title: null,
      header: { labelFontWeight: 600, labelFontSize: 12 },
    },
    columns: 3,
    spacing: 24,
    resolve: { scale: { y: "independent" }, axis: { x: "independent" } },
    spec: {
      width: 260,
      height: 130,
      layer: [
        ...(hasSeeds(data) ? [band] : []),
        {
          mark: { type: "line", point: { size: 26, filled: true }, strokeWidth: 2 },
          encoding: { x, color, y: { ...y, aggregate: "mean" } },
        },
      ],
    },
  }
}

/** Runs of one way of training are one line, where the experiment says which those are. */
const armOf = (data: ReportData, label: string) =>
  data.assistants.find((assistant) => assistant.label === label)?.way ?? nameOf(data, label)

/** Some arm was trained with several seeds. */
export const hasSeeds = (data: ReportData): boolean => {
  const arms = data.curves.map(({ assistant }) => armOf(data, assistant))
  return new Set(arms).size < arms.length
}

/** How human simulators are beside what assistants trained with them gained elsewhere: a point for each assistant. */
export const fidelityChart = (points: ReadonlyArray<FidelityPoint>): TopLevelSpec => ({
  data: { values: points },
  width: 420,
  height: 260,
  layer: [
    {
      mark: { type: "point", filled: true, size: 80, opacity: 0.9 },
      encoding: {
        x: {
          field: "distance",
          type: "quantitative",
          title: "distance from real users: mean words in a turn, simulated less real",
          scale: { zero: true },
        },
        y: { field: "gain", type: "quantitative", title: "mean gain with other simulators", scale: { zero: false } },
        color: { field: "simulator", type: "nominal", sort: null, scale: series, legend },
      },
    },
  ],
})

export interface FidelityPoint {
  readonly simulator: string
  readonly assistant: string
  /** Words. */
  readonly distance: number
  readonly gain: number
}

/** Tokens of every model by role. */
export const tokensChart = ({ usage }: RunFacts): TopLevelSpec => {
  const values = usage.flatMap(({ role, promptTokens, completionTokens }) => [
    { role, what: "prompt tokens", tokens: promptTokens },
    { role, what: "completion tokens", tokens: completionTokens },
  ])
  return {
    data: { values },
    width: 640,
    height: { step: 26 },
    mark: { type: "bar", height: 16 },
    encoding: {
      y: { field: "role", type: "nominal", title: null, sort: null, axis: rowAxis(values.map(({ role }) => role)) },
      x: { aggregate: "sum", field: "tokens", type: "quantitative", title: "tokens", axis: { format: "~s" } },
      color: {
        field: "what",
        type: "nominal",
        sort: null,
        scale: series,
        legend: { ...legend, symbolType: "square" },
      },
    },
  }
}

/** From the 10% to the 90% quantile, with the median; real users first. */
export const lengthsChart = ({ turnLengths }: ReportData): TopLevelSpec =>
  lengthRanges(turnLengths.map((row) => ({ ...row, who: lengthName(row) })))

export const lengthRanges = (rows: ReadonlyArray<LengthRow>): TopLevelSpec => {
  const values = rows.filter(({ turns }) => turns > 0).map((row) => ({ ...row, kind: row.real ? "real" : "simulated" }))
  const y = {
    field: "who",
    type: "nominal",
    title: null,
    sort: null,
    axis: rowAxis(values.map(({ who }) => who)),
  } as const
  const color = {
    field: "kind",
    type: "nominal",
    scale: { domain: ["real", "simulated"], range: ["var(--series-3)", "var(--series-1)"] },
    legend: null,
  } as const
  return {
    data: { values },
    width: 640,
    height: { step: 26 },
    layer: [
      {
        mark: { type: "bar", height: 10, cornerRadius: 5, opacity: 0.45 },
        encoding: {
          y,
          color,
          x: { field: "p10", type: "quantitative", title: "words in a user turn (10% to 90%, median)" },
          x2: { field: "p90" },
        },
      },
      {
        mark: { type: "tick", thickness: 3, size: 18 },
        encoding: { y, color, x: { field: "median", type: "quantitative" } },
      },
    ],
  }
}

export const endingsChart = ({ endings }: ReportData): TopLevelSpec => {
  const values = endings.map((row) => ({ ...row, column: `${row.simulator} as ${row.persona}` }))
  return {
    data: { values },
    width: 640,
    height: { step: 26 },
    mark: { type: "bar", height: 16 },
    encoding: {
      y: {
        field: "column",
        type: "nominal",
        title: null,
        sort: null,
        axis: rowAxis(values.map(({ column }) => column)),
      },
      x: {
        aggregate: "sum",
        field: "count",
        type: "quantitative",
        stack: "normalize",
        title: "share of conversations",
        axis: { format: "%" },
      },
      color: { field: "ending", type: "nominal", scale: series, legend: { ...legend, symbolType: "square" } },
    },
  }
}

interface LengthRow extends Lengths {
  readonly who: string
  readonly real: boolean
}

/** Rows named by words. Without a browser text can only be measured roughly, which would leave a wide gap. */
export const rowAxis = (names: ReadonlyArray<string>) => {
  const extent = 7 * Math.max(0, ...names.map((name) => name.length))
  return { labelLimit: 600, grid: false, minExtent: extent, maxExtent: extent }
}

const nameOf = ({ assistants }: ReportData, label: string) => {
  const assistant = assistants.find((one) => one.label === label)
  return assistant === undefined ? label : assistantName(assistant)
}
