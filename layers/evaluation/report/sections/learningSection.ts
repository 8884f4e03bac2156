/** How training went, iteration by iteration, and which checkpoint was chosen. */
import { curvesChart, hasSeeds } from "../charts.ts"
import type { ReportData } from "../ReportData.ts"
import { curveTable } from "../scienceTables.ts"
import { section, text } from "../sectionParts.ts"
import type { Block } from "../Section.ts"
import { checkpointTable, trainingNotes } from "../trainingRows.ts"

export const learningSection = (data: ReportData) =>
  section("learning", "Learning curves", data.curves.every(({ points }) => points.length === 0) ? [] : blocks(data))

const blocks = (data: ReportData): ReadonlyArray<Block> => [
  {
    kind: "chart",
    spec: curvesChart(data),
    alt: hasSeeds(data)
      ? "Reward, KL and measures by iteration, a line for each arm with a band over its seeds"
      : "Reward, KL and measures by iteration, one line for each assistant",
  },
  ...(hasSeeds(data)
    ? [text("Lines are means over the seeds of an arm; bands go from the least to the most of them.")]
    : []),
  text(
    "Means over the rollouts of each iteration, on training prompts: they differ from iteration to iteration, so the curves are noisier than learning is.",
  ),
  curveTable(data),
  checkpointTable(data),
  ...notes(data),
]

const notes = (data: ReportData): ReadonlyArray<Block> => {
  const items = trainingNotes(data)
  return items.length === 0 ? [] : [text("To be said of the training:"), { kind: "list", items }]
}
