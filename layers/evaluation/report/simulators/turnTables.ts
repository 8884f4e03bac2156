/** What simulated users write, and how much, beside the real users. */
import { decimal, percent, whole } from "../numbers.ts"
import type { Table } from "../Section.ts"
import type { FidelityRow, SimulatorReportData } from "./SimulatorReportData.ts"
import { diversity, numeric, signedWithInterval, withInterval, withReal } from "./tableParts.ts"

export const openingTable = (data: SimulatorReportData): Table => {
  const row = (name: string, { openings }: FidelityRow, side: "simulated" | "human") => {
    const { mean, median, p90 } = openings.lengths[side]
    return [
      name,
      diversity(openings[side]),
      whole(openings[side].turns),
      ...[mean, median, p90].map((value) => decimal(value, 0)),
      side === "human" ? decimal(null) : decimal(openings.lengths.distance, 1),
      ...(side === "human"
        ? ["", ""]
        : [`${whole(openings.written)} of ${whole(openings.asked)}`, whole(givenUp(openings))]),
    ]
  }
  return {
    kind: "table",
    caption: "First turns, written from the intents of the same conversations",
    columns: [
      { name: "who" },
      ...[
        "diversity (%)",
        "turns",
        "words: mean",
        "median",
        "90%",
        "distance (words)",
        "written",
        "every draw refused",
      ].map(numeric),
    ],
    rows: withReal(data, ({ openings }) => openings.human.turns, row),
  }
}

/** First turns that are neither written nor failed: guardrails refused all draws. */
const givenUp = ({ asked, written, failures }: FidelityRow["openings"]) =>
  asked - written - failures.reduce((sum, { count }) => sum + count, 0)

export const overlapTable = (data: SimulatorReportData): Table => {
  const last = Math.max(0, ...data.fidelity.map(({ overlap }) => overlap.byTurn.length))
  const turns = Array.from({ length: last }, (_, turn) => turn)
  const row = (name: string, { overlap }: FidelityRow, side: "simulated" | "human") => [
    name,
    ...turns.map((turn) => withInterval(overlap.byTurn[turn]?.[side] ?? null, 1)),
    withInterval(overlap[side], 1),
    side === "human" ? decimal(null) : signedWithInterval(overlap.difference, 1),
  ]
  return {
    kind: "table",
    caption: "Words of a user turn that are the intent's, in percent",
    columns: [
      { name: "who" },
      ...turns.map((turn) => numeric(turn === 0 ? "opening" : `turn ${turn + 1}`)),
      ...["after the opening", "less real users'"].map(numeric),
    ],
    rows: withReal(data, ({ overlap }) => overlap.byTurn.length * 1e6 + (overlap.human?.n ?? 0), row),
  }
}

export const lengthsTable = (data: SimulatorReportData): Table => {
  const row = (name: string, { lengths }: FidelityRow, side: "simulated" | "human") => [
    name,
    whole(lengths[side].turns),
    decimal(lengths[side].mean, 1),
    ...[lengths[side].p10, lengths[side].median, lengths[side].p90].map((value) => decimal(value, 0)),
    side === "human" ? decimal(null) : decimal(lengths.distance, 1),
  ]
  return {
    kind: "table",
    caption: "Words in a user turn after the opening",
    columns: [{ name: "who" }, ...["turns", "mean", "10%", "median", "90%", "distance (words)"].map(numeric)],
    rows: withReal(data, ({ lengths }) => lengths.human.turns, row),
  }
}

export const turnsTable = (data: SimulatorReportData): Table => {
  const limit = Math.max(0, ...data.fidelity.map(({ endings }) => endings.limit))
  const turns = Array.from({ length: limit }, (_, i) => i + 1)
  const row = (name: string, { endings }: FidelityRow, side: "simulated" | "human") => {
    const total = endings.turns.reduce((sum, one) => sum + one[side], 0)
    return [
      name,
      whole(total),
      ...turns.map((turn) => percent(endings.turns.find((one) => one.turns === turn)?.[side] ?? 0, total)),
      withInterval(endings.mean[side]),
      side === "human" ? decimal(null) : signedWithInterval(endings.difference),
      side === "human" ? decimal(null) : decimal(endings.distance),
    ]
  }
  return {
    kind: "table",
    caption: "User turns in a conversation, those beyond the limit counted as at it",
    columns: [
      { name: "who" },
      numeric("conversations"),
      ...turns.map((turn) => numeric(turn === limit ? `${turn} or more` : `${turn}`)),
      ...["mean", "less real users'", "distance (0 to 1)"].map(numeric),
    ],
    rows: withReal(data, ({ endings }) => endings.compared, row),
  }
}
