/** Tables and sums of a report as plain text, for terminals. */
import { duration, whole } from "./numbers.ts"
import type { RunFacts } from "./RunFacts.ts"
import type { Table } from "./Section.ts"

export const spentLine = ({ usage, seconds }: RunFacts, failed: number) => {
  const calls = usage.reduce((sum, row) => sum + row.calls, 0)
  const tokens = usage.reduce((sum, row) => sum + row.promptTokens + row.completionTokens, 0)
  const work = seconds.reduce((sum, row) => sum + row.seconds, 0)
  return `${whole(calls)} model calls, ${whole(tokens)} tokens, ${duration(work)} of work; ${failed} conversations failed.`
}

/** Labels and reasons come from files and servers: none may move the cursor. */
export const withoutControl = (text: string) => text.replace(/[^\n\P{Cc}]/gu, "")

export const plainTable = ({ caption, columns, rows }: Table) => {
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
