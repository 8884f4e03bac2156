/** What failed and what was refused, and what would change if failures had counted as zero. */
import { callFailureTable, failureTable, refusalTable, sensitivityTable, skippedTable } from "../failureTables.ts"
import type { ReportData } from "../ReportData.ts"
import type { RunFacts } from "../RunFacts.ts"
import { driftNotes, interruptedNote, section, some, text } from "../sectionParts.ts"

export const failuresSection = (data: ReportData, facts: RunFacts) =>
  section("failures", "What failed", [
    ...(data.failures.length === 0 ? [text("Every conversation came to a verdict.")] : []),
    failureTable(data),
    ...(data.sensitivity.some(({ missing }) => missing > 0)
      ? some(
          sensitivityTable(data),
          "Conversations that the infrastructure failed are missing, not zero. If they had scored 0:",
        )
      : []),
    refusalTable(data),
    callFailureTable(facts),
    skippedTable(facts),
    ...driftNotes(data.drift),
    interruptedNote(facts),
  ])
