/** Where every number comes from: models, data, steps and transcripts. */
import type { ReportData } from "../ReportData.ts"
import type { RunFacts } from "../RunFacts.ts"
import { materialTable, provenanceTable } from "../runTables.ts"
import { madeBy, section } from "../sectionParts.ts"

export const provenanceSection = (data: ReportData, facts: RunFacts) =>
  section("provenance", "Where every number comes from", [
    madeBy(facts),
    materialTable(data, facts),
    provenanceTable(data, facts),
  ])
