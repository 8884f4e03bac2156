/** A few conversations of every cell, not picked. */
import { assistantName, columnName } from "../findings.ts"
import type { ReportData } from "../ReportData.ts"
import { section, text } from "../sectionParts.ts"
import type { Block } from "../Section.ts"

export const conversationsSection = (data: ReportData) =>
  section("conversations", "Conversations", data.samples.length === 0 ? [] : blocks(data))

const blocks = ({ samples, assistants }: ReportData): ReadonlyArray<Block> => [
  text("The same prompts for every assistant and simulator, drawn by seed before any reward was known: not picked."),
  {
    kind: "samples",
    samples: samples.map((sample) => {
      const assistant = assistants.find(({ label }) => label === sample.assistant)
      const name = assistant === undefined ? sample.assistant : assistantName(assistant)
      return { ...sample, cell: `${name}, talking to ${columnName(sample)}` }
    }),
  },
]
