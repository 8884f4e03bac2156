/** Where the numbers of a report on simulators come from, section by section: rows are named after who they are of. */
import type { Section, Source, Table } from "../Section.ts"
import { stepLabels as steps } from "../stepLabels.ts"
import { named } from "./likenessData.ts"
import type { SimulatorReportData } from "./SimulatorReportData.ts"
import { realUsers } from "./tableParts.ts"

type Of = (simulator: string) => Source

/** Scored words of real users. */
const scores: Of = (one) => ({ steps: [steps.fidelity(one), steps.simulator(one)] })
const openings: Of = (one) => ({ ...scores(one), talks: { kind: "opening", simulator: one } })
const simulation: Of = (one) => ({
  steps: [steps.simulation(one), steps.simulator(one)],
  talks: { kind: "simulation", simulator: one },
})
/** Simulated conversations beside real ones. */
const compared: Of = (one) => ({ ...simulation(one), steps: [steps.fidelity(one), ...simulation(one).steps] })
const replay: Of = (one) => ({
  steps: [steps.replay(one), steps.simulator(one)],
  talks: { kind: "replay", simulator: one },
})
/** Columns and rows narrow it to the one probe or the other. */
const probes: Of = (one) => ({
  steps: [steps.adherence(one), steps.simulator(one)],
  talks: { kind: "role probe", simulator: one },
})
const review: Of = (one) => ({
  steps: [steps.review(one), steps.simulation(one)],
  talks: { kind: "review", simulator: one },
})

/** Of a row by its section; sections that are not here have sources of their own. */
const bySection: Readonly<Record<string, (row: ReadonlyArray<string>) => Of>> = {
  answer: () => compared,
  words: () => scores,
  openings: () => openings,
  intent: () => compared,
  lengths: () => compared,
  endings: () => compared,
  replay: () => replay,
  floor: () => replay,
  adherence: () => probes,
  review: () => review,
  failures: ([, where]) => (where === "first turns" ? openings : simulation),
}

/** Adds sources to the tables that have none of their own. */
export const sourcedBy = (data: SimulatorReportData) => {
  const labels = data.simulators.map(({ label }) => label)
  const known = new Set(data.provenance.map(({ label }) => label))
  /** Steps of all simulators that have such a one, and what they have in common. */
  const all = (of: Of, talks?: Source["talks"]): Source => ({
    steps: labels.flatMap((one) => of(one).steps).filter((label) => known.has(label)),
    ...(talks === undefined ? {} : { talks }),
  })
  const utility: Of = (one) => ({ steps: [steps.trainedWith(one), steps.untrained(one)] })
  /** What a distance is taken from. */
  const distance = (measure: string): Of => {
    const own: Readonly<Record<string, Of>> = {
      [named.bits]: scores,
      [named.diversity]: openings,
      [named.overlap]: compared,
      [named.turns]: compared,
    }
    return own[measure] ?? replay
  }
  const ofMeasure = (measure: string): Source => ({
    steps: [...all(distance(measure)).steps, ...all(utility).steps],
  })
  const measures = data.likeness?.utility?.measures.map(({ measure }) => measure) ?? []

  const rowSource = (section: string, row: ReadonlyArray<string>): Source | undefined => {
    const [name = ""] = row
    if (name === realUsers) return { steps: [steps.split] }
    if (labels.includes(name)) return bySection[section]?.(row)(name)
    // Features stand in rows, simulators in columns.
    if (section === "floor") return all(replay, { kind: "replay" })
    return section === "utility" && measures.includes(name) ? ofMeasure(name) : undefined
  }
  const cells = (section: string, [name = ""]: ReadonlyArray<string>): ReadonlyArray<Source | undefined> => {
    if (!labels.includes(name)) return []
    if (section === "answer") return [undefined, scores(name), openings(name)]
    if (section !== "utility") return []
    // A utility that the experiment gives as a number is the report's own input.
    const gain = known.has(steps.trainedWith(name)) ? utility(name) : undefined
    return [undefined, gain, ...measures.map((one) => distance(one)(name))]
  }
  return (section: Section): Section => {
    const sourced = (table: Table): Table => ({
      sources: table.rows.map((row) => rowSource(section.id, row)),
      cellSources: table.rows.map((row) => cells(section.id, row)),
      ...table,
    })
    return { ...section, blocks: section.blocks.map((block) => (block.kind === "table" ? sourced(block) : block)) }
  }
}
