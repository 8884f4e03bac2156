/** What simulated users write, and how much, beside the real users. */
import { decimal, percent, whole } from "../numbers.ts"
import type { Table } from "../Section.ts"
import type { FidelityRow, SimulatorReportData } from "./SimulatorReportData.ts"
import { diversity, numeric, signedWithInterval, withInterval, withReal } from "./tableParts.ts"

export const openingTable = (data: SimulatorReportData): Table => {
  const row = (name: string, { openings, floors }: FidelityRow, side: "simulated" | "human") => {
    const { mean, median, p90 } = openings.lengths[side]
    return [
      name,
      diversity(openings[side]),
      decimal(side === "human" ? (floors?.diversity ?? null) : diversityApart(openings), 1),
      whole(openings[side].turns),
      ...[mean, median, p90].map((value) => decimal(value, 0)),
      decimal(side === "human" ? (floors?.openingWords ?? null) : openings.lengths.distance, 1),
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
        "distance (points)",
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

const diversityApart = ({ simulated, human }: FidelityRow["openings"]) =>
  simulated.percent === null || human.percent === null ? null : Math.abs(simulated.percent - human.percent)

/** First turns that are neither written nor failed: guardrails refused all draws. */
const givenUp = ({ asked, written, failures }: FidelityRow["openings"]) =>
  asked - written - failures.reduce((sum, { count }) => sum + count, 0)

export const overlapTable = (data: SimulatorReportData): Table => {
  const last = Math.max(0, ...data.fidelity.map(({ overlap }) => overlap.byTurn.length))
  const turns = Array.from({ length: last }, (_, turn) => turn)
  const row = (name: string, { overlap, floors }: FidelityRow, side: "simulated" | "human") => [
    name,
    ...turns.map((turn) => withInterval(overlap.byTurn[turn]?.[side] ?? null, 1)),
    withInterval(overlap[side], 1),
    side === "human" ? plusOrMinus(floors?.overlap ?? null) : signedWithInterval(overlap.difference, 1),
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

const plusOrMinus = (floor: number | null) => (floor === null ? decimal(null) : `±${decimal(floor, 1)}`)

export const lengthsTable = (data: SimulatorReportData): Table => {
  const row = (name: string, { lengths, floors }: FidelityRow, side: "simulated" | "human") => [
    name,
    whole(lengths[side].turns),
    decimal(lengths[side].mean, 1),
    ...[lengths[side].p10, lengths[side].median, lengths[side].p90].map((value) => decimal(value, 0)),
    decimal(side === "human" ? (floors?.laterWords ?? null) : lengths.distance, 1),
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
  const row = (name: string, { endings, floors }: FidelityRow, side: "simulated" | "human") => {
    const total = endings.turns.reduce((sum, one) => sum + one[side], 0)
    return [
      name,
      whole(total),
      ...turns.map((turn) => percent(endings.turns.find((one) => one.turns === turn)?.[side] ?? 0, total)),
      withInterval(endings.mean[side]),
      side === "human" ? decimal(null) : signedWithInterval(endings.difference),
      decimal(side === "human" ? (floors?.userTurns ?? null) : endings.distance),
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
