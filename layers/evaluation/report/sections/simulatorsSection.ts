/** How real the simulated users are: their words, the length of their turns, how they end. */
import { endingsChart, lengthsChart } from "../charts.ts"
import type { ReportData } from "../ReportData.ts"
import { endingTable, lengthTable, perplexityTable } from "../scienceTables.ts"
import { section } from "../sectionParts.ts"

export const simulatorsSection = (data: ReportData) =>
  section("simulators", "How real the simulated users are", [
    perplexityTable(data),
    ...(data.turnLengths.some(({ turns }) => turns > 0)
      ? [{ kind: "chart", spec: lengthsChart(data), alt: "Words in a user turn, real and simulated" } as const]
      : []),
    lengthTable(data),
    ...(data.endings.length > 0
      ? [{ kind: "chart", spec: endingsChart(data), alt: "How conversations ended, by simulator" } as const]
      : []),
    endingTable(data),
  ])
