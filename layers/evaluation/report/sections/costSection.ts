/** What the run took. */
import type { ReportData } from "../ReportData.ts"
import type { RunFacts } from "../RunFacts.ts"
import { timeTable, usageTable } from "../runTables.ts"
import { section } from "../sectionParts.ts"

export const costSection = (_: ReportData, facts: RunFacts) =>
  section("cost", "Tokens, time and money", [usageTable(facts), timeTable(facts)])
