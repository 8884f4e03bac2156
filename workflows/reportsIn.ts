/** The reports that an experiment makes: numbers of its `Report` and `SimulatorReport` steps, in the order of the graph. */
import { posix } from "node:path"
import type { Graph, Step } from "../src/index.ts"
import { Report } from "./stages/Report.ts"
import { SimulatorReport } from "./stages/SimulatorReport.ts"

export interface ReportStep {
  readonly id: string
  readonly step: Step.AnyStep
  readonly title: string
  /** Within the folder of the first, whose own is "". */
  readonly folder: string
}

export const reportsIn = ({ nodes }: Graph.Graph): ReadonlyArray<ReportStep> => {
  const folders = new Set<string>()
  return nodes
    .filter(({ step }) => step.stage === Report || step.stage === SimulatorReport)
    .map(({ id, step }, i) => {
      const title = titleOf(step) ?? (step.stage === Report ? "Assistants" : "Simulators")
      const folder = i === 0 ? "" : unlike(slugOf(title) || "report", folders)
      folders.add(folder)
      return { id, step, title, folder }
    })
}

/** Links from one of them to the others. */
export const linksFrom = (one: ReportStep, all: ReadonlyArray<ReportStep>) =>
  all
    .filter(({ id }) => id !== one.id)
    .map(({ title, folder }) => ({ title, folder: posix.relative(one.folder, folder) }))

const titleOf = ({ input }: Step.AnyStep) =>
  typeof input === "object" && input !== null && "title" in input && typeof input.title === "string"
    ? input.title
    : undefined

const slugOf = (title: string) =>
  title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")

/** Names of what stands in a report's own folder are taken too. */
const unlike = (name: string, folders: ReadonlySet<string>) => {
  let [found, number] = [name, 1]
  while (folders.has(found) || taken.has(found)) {
    number += 1
    found = `${name}-${number}`
  }
  return found
}

const taken = new Set(["transcripts", "export"])
