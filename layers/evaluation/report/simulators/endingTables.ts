/** How simulated conversations end, and what was refused or failed. */
import { percent, whole } from "../numbers.ts"
import type { Column, Table } from "../Section.ts"
import type { SimulatorReportData } from "./SimulatorReportData.ts"
import { numeric } from "./tableParts.ts"

export const endingKindTable = ({ fidelity, outcomes }: SimulatorReportData): Table => {
  const kinds = [...new Set(fidelity.flatMap(({ endings }) => endings.kinds.map(({ ending }) => ending)))].sort()
  return {
    kind: "table",
    caption: "How simulated conversations ended",
    columns: [
      { name: "simulator" },
      numeric("conversations"),
      ...kinds.map((ending): Column => ({ ...numeric(ending), talks: { ending } })),
    ],
    rows: fidelity.map(({ simulator, endings }) => {
      const all = outcomes.find((one) => one.simulator === simulator)?.conversations ?? 0
      return [
        simulator,
        whole(all),
        ...kinds.map((kind) => {
          const count = endings.kinds.find(({ ending }) => ending === kind)?.count ?? 0
          return `${whole(count)} (${percent(count, all)})`
        }),
      ]
    }),
  }
}

export const refusalTable = ({ fidelity, outcomes }: SimulatorReportData): Table => ({
  kind: "table",
  caption: "Draws of user turns that guardrails refused",
  columns: [{ name: "simulator" }, { name: "where" }, { name: "reason" }, numeric("draws")],
  rows: outcomes.flatMap(({ simulator, refusals }) => [
    ...refusals.map(({ reason, count }) => [simulator, "conversations", reason, whole(count)]),
    ...(fidelity.find((row) => row.simulator === simulator)?.openings.refusals ?? []).map(({ reason, count }) => [
      simulator,
      "first turns",
      reason,
      whole(count),
    ]),
  ]),
})

export const failuresTable = ({ fidelity, outcomes }: SimulatorReportData): Table => ({
  kind: "table",
  caption: "Conversations and first turns that failed, by reason",
  columns: ["simulator", "where", "caused by", "reason"]
    .map((name): Column => ({ name }))
    .concat([numeric("count"), numeric("share")]),
  rows: outcomes.flatMap(({ simulator, conversations, failures }) => {
    const openings = fidelity.find((row) => row.simulator === simulator)?.openings
    return [
      ...failures.map(({ by, reason, count }) => [
        simulator,
        "conversations",
        by,
        reason,
        whole(count),
        percent(count, conversations),
      ]),
      ...(openings?.failures ?? []).map(({ by, reason, count }) => [
        simulator,
        "first turns",
        by,
        reason,
        whole(count),
        percent(count, openings?.asked ?? 0),
      ]),
    ]
  }),
})
