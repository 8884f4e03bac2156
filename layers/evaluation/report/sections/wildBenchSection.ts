/** Assistants on tasks with checklists. */
import type { ReportData } from "../ReportData.ts"
import type { RunFacts } from "../RunFacts.ts"
import { section } from "../sectionParts.ts"
import { wildBenchBlocks } from "../wildbench/wildBenchTables.ts"

export const wildBenchSection = ({ wildbench }: ReportData, { trainingFamilies }: RunFacts) =>
  section("wildbench", "Tasks with checklists", wildBenchBlocks(wildbench, trainingFamilies))
