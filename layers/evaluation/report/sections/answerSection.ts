/** The answer in words and numbers: what each trained assistant gained. */
import { findings } from "../findings.ts"
import { caveatOf } from "../limits.ts"
import type { ReportData } from "../ReportData.ts"
import { section, text } from "../sectionParts.ts"
import type { Block } from "../Section.ts"

export const answerSection = (data: ReportData) =>
  section("answer", "What came of training", [...answer(data), { kind: "text", text: caveatOf(data), caveat: true }])

const answer = (data: ReportData): ReadonlyArray<Block> => {
  const found = findings(data)
  if (found.length > 0) return [{ kind: "findings", findings: found }]
  return [text("No trained assistant was compared with the model it was trained from.")]
}
