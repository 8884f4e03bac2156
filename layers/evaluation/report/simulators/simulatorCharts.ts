/** Charts of a report on simulators. */
import type { TopLevelSpec } from "vega-lite"
import { legend, lengthRanges, rowAxis, series } from "../charts.ts"
import type { SimulatorReportData } from "./SimulatorReportData.ts"
import { realUsers } from "./tableParts.ts"

/** Percent of the words of a user turn that are the intent's: a line for the real users and for each simulator. */
export const overlapChart = ({ fidelity }: SimulatorReportData): TopLevelSpec => {
  const longest = [...fidelity].sort((a, b) => b.overlap.byTurn.length - a.overlap.byTurn.length)[0]
  const sides = [
    ...(longest === undefined ? [] : [{ who: realUsers, row: longest, side: "human" as const }]),
    ...fidelity.map((row) => ({ who: row.simulator, row, side: "simulated" as const })),
  ]
  const values = sides.flatMap(({ who, row, side }) =>
    row.overlap.byTurn.flatMap((one) => {
      const found = one[side]
      return found === null ? [] : [{ who, turn: one.turn + 1, overlap: found.mean }]
    }),
  )
  return {
    data: { values },
    width: 640,
    height: 240,
    mark: { type: "line", point: { size: 36, filled: true }, strokeWidth: 2 },
    encoding: {
      x: {
        field: "turn",
        type: "quantitative",
        title: "user turn (1 is the opening)",
        axis: { tickMinStep: 1, format: "d", grid: false },
      },
      y: { field: "overlap", type: "quantitative", title: "words that are the intent's (%)" },
      color: { field: "who", type: "nominal", sort: null, scale: series, legend },
      strokeDash: {
        condition: { test: `datum.who === '${realUsers}'`, value: [6, 4] },
        value: [1, 0],
      },
    },
  }
}

export const turnLengthsChart = ({ fidelity }: SimulatorReportData): TopLevelSpec => {
  const most = [...fidelity].sort((a, b) => b.lengths.human.turns - a.lengths.human.turns)[0]
  return lengthRanges([
    ...(most === undefined ? [] : [{ who: realUsers, real: true, ...most.lengths.human }]),
    ...fidelity.map(({ simulator, lengths }) => ({ who: simulator, real: false, ...lengths.simulated })),
  ])
}

/** Share of conversations by their user turns. */
export const turnsChart = ({ fidelity }: SimulatorReportData): TopLevelSpec => {
  const most = [...fidelity].sort((a, b) => b.endings.compared - a.endings.compared)[0]
  const values = [
    ...(most?.endings.turns ?? []).map(({ turns, human }) => ({ who: realUsers, turns: `${turns}`, count: human })),
    ...fidelity.flatMap(({ simulator, endings }) =>
      endings.turns.map(({ turns, simulated }) => ({ who: simulator, turns: `${turns}`, count: simulated })),
    ),
  ]
  const names = [...new Set(values.map(({ who }) => who))]
  return {
    data: { values },
    width: 640,
    height: { step: 26 },
    mark: { type: "bar", height: 16 },
    encoding: {
      y: { field: "who", type: "nominal", title: null, sort: null, axis: rowAxis(names) },
      x: {
        aggregate: "sum",
        field: "count",
        type: "quantitative",
        stack: "normalize",
        title: "share of conversations by their user turns",
        axis: { format: "%" },
      },
      color: {
        field: "turns",
        type: "nominal",
        sort: null,
        scale: series,
        legend: { ...legend, symbolType: "square" },
      },
      order: { field: "turns", type: "nominal" },
    },
  }
}
