/** Assistants on tasks with checklists. */
import { familyOf } from "../../judges/family.ts"
import type { ReportData } from "../ReportData.ts"
import type { RunFacts } from "../RunFacts.ts"
import { section } from "../sectionParts.ts"
import { wildBenchBlocks } from "../wildbench/wildBenchTables.ts"

export const wildBenchSection = ({ wildbench }: ReportData, { trainingFamilies = [] }: RunFacts) => {
  // A judge that is declared to be of a family brings it among those that gave rewards where its name says that it did.
  const declared = (wildbench?.judges ?? []).flatMap(({ name, family }) =>
    trainingFamilies.includes(familyOf({ model: { provider: "openai", name } })) ? [family] : [],
  )
  return section("wildbench", "Tasks with checklists", wildBenchBlocks(wildbench, [...trainingFamilies, ...declared]))
}
