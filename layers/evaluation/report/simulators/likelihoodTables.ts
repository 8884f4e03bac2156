/** How well simulators foresee what real users wrote. */
import { decimal, whole } from "../numbers.ts"
import type { Table } from "../Section.ts"
import type { SimulatorReportData } from "./SimulatorReportData.ts"
import { numeric, signedWithInterval, withInterval } from "./tableParts.ts"

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
