/** The answer of a report as plain text, for the end of a run in a terminal. */
import { caveatOf } from "./limits.ts"
import { findings } from "./findings.ts"
import { isOfSimulators } from "./pageOf.ts"
import type { AnyReportData } from "./pageOf.ts"
import { plainTable, spentLine, withoutControl } from "./plainText.ts"
import { endingTable, perplexityTable, rewardTable } from "./scienceTables.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import { closingSimulators } from "./simulators/closingSimulators.ts"

/** Of all reports of an experiment. */
export const closingTables = (
  reports: ReadonlyArray<{ readonly data: AnyReportData; readonly facts: RunFacts }>,
): string => reports.map(({ data, facts }) => closingTable(data, facts)).join("\n\n")

export const closingTable = (data: AnyReportData, facts: RunFacts): string =>
  isOfSimulators(data) ? closingSimulators(data, facts) : closingAssistants(data, facts)

const closingAssistants = (data: ReportData, facts: RunFacts): string => {
  const perplexity = perplexityTable({
    ...data,
    simulators: data.simulators.filter(({ kind }) => kind === "fine-tuned"),
  })
  const failed = data.failures.reduce((sum, { count }) => sum + count, 0)
  return withoutControl(
    [
      data.title ?? facts.experiment,
      ...findings(data).map(
        ({ title, verdict, gain, interval, where }) => `  ${title}: ${gain} ${interval} with ${where}: ${verdict}`,
      ),
      ...[rewardTable(data), perplexity, endingTable(data)].filter(({ rows }) => rows.length > 0).map(plainTable),
      spentLine(facts, failed),
      caveatOf(data),
    ].join("\n\n"),
  )
}
