/** Where the numbers of a report on simulators come from: rows are named after who they are of. */
import type { Section, Source, Table } from "../Section.ts"
import { stepLabels } from "../stepLabels.ts"
import type { SimulatorReportData } from "./SimulatorReportData.ts"
import { realUsers } from "./tableParts.ts"

/** Adds sources to the tables that have none of their own. */
export const sourcedBy =
  ({ simulators }: Pick<SimulatorReportData, "simulators">) =>
  (section: Section): Section => {
    const labels = new Set(simulators.map(({ label }) => label))
    const sourceOf = (name: string | undefined): Source | undefined => {
      if (name === realUsers) return { steps: [stepLabels.split] }
      if (name === undefined || !labels.has(name)) return undefined
      return {
        steps: [stepLabels.fidelity(name), stepLabels.simulation(name), stepLabels.simulator(name)],
        talks: { kind: "simulation", simulator: name },
      }
    }
    const sourced = (table: Table): Table => ({ sources: table.rows.map(([name]) => sourceOf(name)), ...table })
    return { ...section, blocks: section.blocks.map((block) => (block.kind === "table" ? sourced(block) : block)) }
  }
