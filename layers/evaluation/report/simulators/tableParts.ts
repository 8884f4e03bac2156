/** What tables of a report on simulators are made with. The real users are the first row of every comparison. */
import type { Diversity, Estimate } from "../../../../src/domain/Fidelity.ts"
import { decimal, signed } from "../numbers.ts"
import type { Column, Table } from "../Section.ts"
import type { FidelityRow, SimulatorReportData } from "./SimulatorReportData.ts"

export const numeric = (name: string): Column => ({ name, numeric: true })

/** The column that names simulators. */
export const who: Column = { name: "simulator" }

export const table = (caption: string, columns: ReadonlyArray<Column>, rows: Table["rows"]): Table => ({
  kind: "table",
  caption,
  columns,
  rows,
})

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

export const asPercent = (share: Estimate | null): Bounded | null =>
  share === null
    ? null
    : {
        mean: 100 * share.mean,
        low: share.low === null ? null : 100 * share.low,
        high: share.high === null ? null : 100 * share.high,
      }

export const diversity = ({ percent: mean, low, high }: Diversity) =>
  mean === null ? decimal(null) : withInterval({ mean, low, high }, 1)

/**
 * The real users' row, then one for each simulator. Where a simulator's conversations failed, fewer real ones stand
 * beside it: the row is of the simulator with the most of them, and differences are each simulator's own.
 */
export const withReal = (
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
