/** The answer of a report on simulators as plain text. */
import { plainTable, spentLine, withoutControl } from "../plainText.ts"
import type { RunFacts } from "../RunFacts.ts"
import { simulatorCaveat } from "./simulatorLimits.ts"
import type { SimulatorReportData } from "./SimulatorReportData.ts"
import { likelihoodTable, unscoredTable } from "./likelihoodTables.ts"
import { summaryTable } from "./simulatorTables.ts"

export const closingSimulators = (data: SimulatorReportData, facts: RunFacts): string => {
  const failed = data.outcomes.flatMap(({ failures }) => failures).reduce((sum, { count }) => sum + count, 0)
  const likelihood = likelihoodTable(data)
  const narrow = {
    ...likelihood,
    columns: likelihood.columns.slice(0, 6),
    rows: likelihood.rows.map((row) => row.slice(0, 6)),
  }
  return withoutControl(
    [
      data.title ?? facts.experiment,
      ...[summaryTable(data), narrow, unscoredTable(data)].filter(({ rows }) => rows.length > 0).map(plainTable),
      spentLine(facts, failed),
      simulatorCaveat,
    ].join("\n\n"),
  )
}
