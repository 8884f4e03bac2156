/** The simulators of a report, and all of them beside the real users. */
import { decimal } from "../numbers.ts"
import type { Table } from "../Section.ts"
import type { FidelityRow, SimulatorReportData } from "./SimulatorReportData.ts"
import { asPercent, diversity, numeric, withInterval, withReal } from "./tableParts.ts"

export const summaryTable = (data: SimulatorReportData): Table => ({
  kind: "table",
  caption: "Every simulator beside the real users",
  columns: [
    { name: "who" },
    ...[
      "bits per byte of real turns",
      "first-turn diversity (%)",
      "intent overlap (%)",
      "words a turn",
      "user turns",
      "left before the limit (%)",
    ].map(numeric),
  ],
  rows: withReal(
    data,
    ({ endings }) => endings.compared,
    (name, row, side) => [
      name,
      side === "human" ? decimal(null) : bitsOf(row),
      diversity(row.openings[side]),
      withInterval(row.overlap[side], 1),
      decimal(row.lengths[side].mean, 1),
      withInterval(row.endings.mean[side], 1),
      withInterval(asPercent(row.endings.left[side]), 0),
    ],
  ),
})

/** As the simulator is used where its conversations have intents. */
const bitsOf = ({ likelihood }: FidelityRow) =>
  likelihood === null ? "n/a" : withInterval((likelihood.withIntent ?? likelihood.withoutIntent)?.bitsPerByte ?? null)

export const simulatorTable = ({ simulators }: SimulatorReportData): Table => ({
  kind: "table",
  caption: "The simulators",
  columns: ["simulator", "kind", "model", "opening", "told", "personas"].map((name) => ({ name })),
  rows: simulators.map(({ label, kind, model, opening, told, personas }) => [
    label,
    kind,
    model,
    opening,
    told,
    personas ?? "none",
  ]),
})
