/** What the run took. */
import { tokensChart } from "../charts.ts"
import type { ReportData } from "../ReportData.ts"
import type { RunFacts } from "../RunFacts.ts"
import { timeTable, usageTable } from "../runTables.ts"
import { section } from "../sectionParts.ts"

export const costSection = (_: ReportData, facts: RunFacts) =>
  section("cost", "Tokens, time and money", [
    ...(facts.usage.some(({ promptTokens, completionTokens }) => promptTokens + completionTokens > 0)
      ? [{ kind: "chart", spec: tokensChart(facts), alt: "Tokens by role, of prompts and of completions" } as const]
      : []),
    usageTable(facts),
    timeTable(facts),
  ])
