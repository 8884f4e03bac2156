/** Tables of a report on simulators. The real users are the first row of every comparison. */
import type { Diversity, Estimate } from "../../../../src/domain/Fidelity.ts"
import { decimal, percent, signed, whole } from "../numbers.ts"
import type { Column, Table } from "../Section.ts"
import type { FidelityRow, SimulatorReportData } from "./SimulatorReportData.ts"

const numeric = (name: string): Column => ({ name, numeric: true })

export const realUsers = "real users"

/** "1.23 [1.10, 1.35]"; the mean alone where there are no bounds. */
export const withInterval = (value: Estimate | Bounded | null, digits = 2) => {
  if (value === null) return decimal(null)
  const { low, high } = value
  const mean = decimal(value.mean, digits)
  return low === null || high === null ? mean : `${mean} [${decimal(low, digits)}, ${decimal(high, digits)}]`
}

export const signedWithInterval = (value: Estimate | null, digits = 2) => {
  if (value === null) return decimal(null)
  const { mean, low, high } = value
  return low === null || high === null
    ? signed(mean, digits)
    : `${signed(mean, digits)} [${signed(low, digits)}, ${signed(high, digits)}]`
}

interface Bounded {
  readonly mean: number
  readonly low: number | null
  readonly high: number | null
}

const asPercent = (share: Estimate | null): Bounded | null =>
  share === null
    ? null
    : {
        mean: 100 * share.mean,
        low: share.low === null ? null : 100 * share.low,
        high: share.high === null ? null : 100 * share.high,
      }

const diversity = ({ percent: mean, low, high }: Diversity) =>
  mean === null ? decimal(null) : withInterval({ mean, low, high }, 1)

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

export const likelihoodTable = (data: SimulatorReportData): Table => ({
  kind: "table",
  caption: "What real users wrote, under each simulator's model",
  columns: [
    { name: "simulator" },
    ...[
      "perplexity with intent",
      "without",
      "bits per byte with intent",
      "without",
      "difference",
      "conversations",
      "turns",
      "tokens",
      "bytes",
    ].map(numeric),
  ],
  rows: scored(data).map(({ simulator, likelihood: found }) => [
    simulator,
    withInterval(found.withIntent?.perplexity ?? null, 1),
    withInterval(found.withoutIntent?.perplexity ?? null, 1),
    withInterval(found.withIntent?.bitsPerByte ?? null),
    withInterval(found.withoutIntent?.bitsPerByte ?? null),
    signedWithInterval(found.difference, 3),
    ...[found.conversations, found.turns, found.tokens, found.bytes].map(whole),
  ]),
})

/** Perplexity as others count it. */
export const endsTable = (data: SimulatorReportData): Table => ({
  kind: "table",
  caption: "Perplexity with the end of each turn counted as a token",
  columns: [{ name: "simulator" }, ...["with intent", "without"].map(numeric)],
  rows: scored(data).map(({ simulator, likelihood: { withIntent, withoutIntent } }) => [
    simulator,
    decimal(withIntent?.perplexityWithEnds ?? null, 1),
    decimal(withoutIntent?.perplexityWithEnds ?? null, 1),
  ]),
})

const scored = ({ fidelity }: SimulatorReportData) =>
  fidelity.flatMap(({ simulator, likelihood }) => (likelihood === null ? [] : [{ simulator, likelihood }]))

export const unscoredTable = ({ fidelity }: SimulatorReportData): Table => ({
  kind: "table",
  caption: "Not available",
  columns: [{ name: "simulator" }, { name: "why there is no perplexity" }],
  rows: fidelity.flatMap(({ simulator, noLikelihood }) => (noLikelihood === null ? [] : [[simulator, noLikelihood]])),
})

export const leftOutTable = (data: SimulatorReportData): Table => ({
  kind: "table",
  caption: "Not scored",
  columns: [{ name: "simulator" }, { name: "what" }, numeric("count")],
  rows: scored(data).flatMap(({ simulator, likelihood }) =>
    likelihood.leftOut.map(({ reason, count }) => [simulator, reason, whole(count)]),
  ),
})

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

export const endingKindTable = ({ fidelity, outcomes }: SimulatorReportData): Table => {
  const kinds = [...new Set(fidelity.flatMap(({ endings }) => endings.kinds.map(({ ending }) => ending)))].sort()
  return {
    kind: "table",
    caption: "How simulated conversations ended",
    columns: [{ name: "simulator" }, numeric("conversations"), ...kinds.map(numeric)],
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

/**
 * The real users' row, then one for each simulator. Where a simulator's conversations failed, fewer real ones stand
 * beside it: the row is of the simulator with the most of them, and differences are each simulator's own.
 */
const withReal = (
  { fidelity }: SimulatorReportData,
  count: (row: FidelityRow) => number,
  row: (name: string, one: FidelityRow, side: "simulated" | "human") => ReadonlyArray<string>,
): ReadonlyArray<ReadonlyArray<string>> => {
  const fullest = fidelity.reduce<FidelityRow | undefined>(
    (best, one) => (best === undefined || count(one) > count(best) ? one : best),
    undefined,
  )
  return [
    ...(fullest === undefined ? [] : [row(realUsers, fullest, "human")]),
    ...fidelity.map((one) => row(one.simulator, one, "simulated")),
  ]
}
