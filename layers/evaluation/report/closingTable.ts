/** The answer of a report as plain text, for the end of a run in a terminal. */
import { caveatOf } from "./limits.ts"
import { findings } from "./findings.ts"
import { duration, whole } from "./numbers.ts"
import { endingTable, perplexityTable, rewardTable } from "./scienceTables.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Table } from "./Section.ts"

export const closingTable = (data: ReportData, facts: RunFacts): string => {
  const perplexity = perplexityTable({
    ...data,
    simulators: data.simulators.filter(({ kind }) => kind === "fine-tuned"),
  })
  const calls = facts.usage.reduce((sum, row) => sum + row.calls, 0)
  const tokens = facts.usage.reduce((sum, row) => sum + row.promptTokens + row.completionTokens, 0)
  const seconds = facts.seconds.reduce((sum, row) => sum + row.seconds, 0)
  const failed = data.failures.reduce((sum, { count }) => sum + count, 0)
  return [
    data.title ?? facts.experiment,
    ...findings(data).map(
      ({ title, verdict, gain, interval, where }) => `  ${title}: ${gain} ${interval} with ${where}: ${verdict}`,
    ),
    ...[rewardTable(data), perplexity, endingTable(data)].filter(({ rows }) => rows.length > 0).map(plainTable),
    `${whole(calls)} model calls, ${whole(tokens)} tokens, ${duration(seconds)} of work; ${failed} conversations failed.`,
    caveatOf(data),
  ]
    .join("\n\n")
    .replace(control, "")
}

/** Labels and reasons come from files and servers: none may move the cursor. */
const control = /[^\n\P{Cc}]/gu

const plainTable = ({ caption, columns, rows }: Table) => {
  const lines = [columns.map(({ name }) => name), ...rows]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  const aligned = (line: ReadonlyArray<string>) =>
    columns
      .map(({ numeric }, i) =>
        numeric ? (line[i] ?? "").padStart(widths[i] ?? 0) : (line[i] ?? "").padEnd(widths[i] ?? 0),
      )
      .join("  ")
      .trimEnd()
  const [head = [], ...body] = lines
  return [caption, aligned(head), widths.map((width) => "-".repeat(width)).join("  "), ...body.map(aligned)]
    .map((line) => `  ${line}`)
    .join("\n")
}
