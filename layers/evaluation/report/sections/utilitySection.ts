/** Whether the more human simulator trains the better assistant, where enough simulators were compared to look at it. */
import { fidelityChart } from "../charts.ts"
import type { FidelityPoint } from "../charts.ts"
import { decimal, signed } from "../numbers.ts"
import type { ReportData } from "../ReportData.ts"
import { assistantSource } from "../rowSources.ts"
import { section, text } from "../sectionParts.ts"
import type { Table } from "../Section.ts"

/** Two points are always on a line. */
const fewest = 3

export const utilitySection = (data: ReportData) => {
  const points = pointsOf(data)
  const simulators = new Set(points.map(({ simulator }) => simulator))
  return section(
    "utility",
    "Fidelity against utility",
    simulators.size < fewest
      ? []
      : [
          {
            kind: "chart",
            spec: fidelityChart(points),
            alt: "Distance of simulators from real users, and the gain of assistants trained with them",
          },
          text(
            "Each point is an assistant: across, how much longer the turns of its simulator are than real ones; upwards, what it gained with the simulators that it was not trained with. Exploratory: one property of simulators and a handful of points show no law.",
          ),
          tableOf(data, points),
        ],
  )
}

const pointsOf = ({ assistants, gains, turnLengths }: ReportData): ReadonlyArray<FidelityPoint> => {
  const real = turnLengths.find((row) => row.real)?.mean ?? null
  return assistants.flatMap(({ label, trainedWith }) => {
    const own = turnLengths.filter(({ simulator }) => simulator !== null && simulator === trainedWith)
    const words = own.flatMap(({ mean, turns }) => (mean === null ? [] : [{ mean, turns }]))
    const turns = words.reduce((sum, one) => sum + one.turns, 0)
    const others = gains.flatMap(({ assistant, simulator, metric, mean }) =>
      assistant === label && metric === "reward" && simulator !== trainedWith && mean !== null ? [mean] : [],
    )
    if (real === null || trainedWith === null || turns === 0 || others.length === 0) return []
    return [
      {
        simulator: trainedWith,
        assistant: label,
        distance: words.reduce((sum, one) => sum + one.mean * one.turns, 0) / turns - real,
        gain: others.reduce((sum, gain) => sum + gain, 0) / others.length,
      },
    ]
  })
}

const tableOf = (data: ReportData, points: ReadonlyArray<FidelityPoint>): Table => ({
  kind: "table",
  caption: "Simulators beside real users, and assistants elsewhere",
  columns: [
    { name: "assistant" },
    { name: "trained with" },
    { name: "words in a turn, less real users'", numeric: true },
    { name: "mean gain with other simulators", numeric: true },
  ],
  sources: points.map(({ assistant }) => assistantSource(data, assistant)),
  rows: points.map(({ assistant, simulator, distance, gain }) => [
    assistant,
    simulator,
    decimal(distance, 1),
    signed(gain),
  ]),
})
