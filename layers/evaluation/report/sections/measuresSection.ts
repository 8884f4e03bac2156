/** The measures that a reward is made of. */
import type { ReportData } from "../ReportData.ts"
import { measureTable } from "../scienceTables.ts"
import { section, some } from "../sectionParts.ts"

export const measuresSection = (data: ReportData) =>
  section(
    "measures",
    "Behind the reward",
    some(
      measureTable(data),
      "A gain in reward that comes with more copying or repetition, or with less fluency, is a gain in gaming the checks. In parentheses: the change against the initial model, paired by prompt.",
    ),
  )
