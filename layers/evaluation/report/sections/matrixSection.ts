/** Every assistant with every simulator: rewards, gains over the initial model, and what does not carry over. */
import { gainsChart } from "../charts.ts"
import { matrixTable } from "../findings.ts"
import type { ReportData } from "../ReportData.ts"
import { gapTable, rewardTable } from "../scienceTables.ts"
import { section, some, text } from "../sectionParts.ts"
import type { Block } from "../Section.ts"

export const matrixSection = (data: ReportData) =>
  section("matrix", "Every assistant with every simulator", data.matrix.length === 0 ? [] : blocks(data))

const blocks = (data: ReportData): ReadonlyArray<Block> => {
  const { resamples, seed, confidence, cluster } = data.bootstrap
  return [
    { kind: "matrix", ...matrixTable(data), table: rewardTable(data) },
    text(
      `Mean reward on held-out prompts with its ${Math.round(confidence * 100)}% interval (percentile bootstrap, ${resamples.toLocaleString("en-US")} resamples of whole ${cluster}s, seed ${seed}), and the gain over the initial model on the same prompts. Both speak of these checkpoints, not of a second training. n counts conversations. Held-out columns are a simulator in a persona that no assistant was trained with.`,
    ),
    ...(data.gains.length === 0
      ? []
      : [
          {
            kind: "chart",
            spec: gainsChart(data),
            alt: "Gains in reward over the initial model, with intervals",
          } as const,
        ]),
    ...some(
      gapTable(data),
      "The gap is the gain with the own simulator less the mean gain with the others, paired by prompt: how much of it doesn't carry over.",
    ),
  ]
}
