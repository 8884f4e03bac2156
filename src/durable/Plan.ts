/** What an experiment will do and cost, before anything runs. */
import { Order, Array as Arr } from "effect"
import type { Role } from "../domain/ModelSpec.ts"
import { costMicros } from "../domain/ModelSpec.ts"
import type { ModelSpec, Price } from "../domain/ModelSpec.ts"
import type { Demand, Range } from "./Estimate.ts"
import { cells } from "./Experiment.ts"
import type { Experiment } from "./Experiment.ts"
import * as Graph from "./Graph.ts"
import type { AnyStep } from "./Step.ts"

export type StepState = "done" | "to-run" | "suspended"

export interface PlannedStep {
  readonly id: string
  readonly stage: string
  readonly state: StepState
  /** Keys of the cells that need it; several where it is shared, none for a step over all cells. */
  readonly cells: ReadonlyArray<string>
  readonly upstream: ReadonlyArray<string>
  readonly size: number
  readonly demands: ReadonlyArray<Demand>
}

/** Calls, tokens and money of the steps that are not done, by role and model. Money in micro-dollars. */
export interface PlannedUsage {
  readonly role: Role
  readonly model: string
  readonly calls: Range
  readonly promptTokens: Range
  readonly completionTokens: Range
  /** Absent where the model has no known price. */
  readonly money?: Range
}

export interface Plan {
  readonly experiment: string
  readonly cells: ReadonlyArray<{ readonly key: string; readonly grid: string; readonly labels: Labels }>
  readonly steps: ReadonlyArray<PlannedStep>
  readonly usage: ReadonlyArray<PlannedUsage>
}

type Labels = Readonly<Record<string, string>>

/** Pure: the files are hashed already, `stateOf` reads the ledger, `priceOf` the config. */
export const make = (
  experiment: Experiment<unknown>,
  options: {
    readonly files: Graph.FileHashes
    readonly stateOf: (id: string) => StepState
    readonly priceOf: (model: ModelSpec) => Price | undefined
  },
): Plan => {
  const all = cells(experiment)
  const { nodes, ids } = Graph.make([...all.map((cell) => cell.step), ...experiment.collected], options.files)
  const needed = cellsByStep(
    nodes,
    all.map((cell) => ({ key: cell.key, id: idIn(ids, cell.step) })),
  )
  const sizes = new Map<string, number>()
  const steps = nodes.map((node): PlannedStep => {
    const estimate = node.step.stage.estimate(
      // Built by this very stage, whose schema checked it.
      node.step.input as never,
      (step) => sizes.get(idIn(ids, step)) ?? 0,
    )
    sizes.set(node.id, estimate.size)
    return {
      id: node.id,
      stage: node.step.stage.name,
      state: options.stateOf(node.id),
      cells: needed.get(node.id) ?? [],
      upstream: node.upstream,
      size: estimate.size,
      demands: estimate.demands,
    }
  })
  return {
    experiment: experiment.name,
    cells: all.map(({ key, grid, labels }) => ({ key, grid, labels })),
    steps,
    usage: usage(
      steps.filter((step) => step.state !== "done").flatMap((step) => step.demands),
      options.priceOf,
    ),
  }
}

/** Every step of a graph has an id. */
const idIn = (ids: ReadonlyMap<AnyStep, string>, step: AnyStep): string => ids.get(step) ?? ""

const cellsByStep = (
  nodes: ReadonlyArray<Graph.Node>,
  roots: ReadonlyArray<{ readonly key: string; readonly id: string }>,
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const needed = new Map<string, Array<string>>()
  for (const root of roots) {
    const seen = new Set<string>()
    const visit = (id: string): void => {
      if (seen.has(id)) return
      seen.add(id)
      needed.set(id, [...(needed.get(id) ?? []), root.key])
      byId.get(id)?.upstream.forEach(visit)
    }
    visit(root.id)
  }
  return needed
}

const usage = (
  demands: ReadonlyArray<Demand>,
  priceOf: (model: ModelSpec) => Price | undefined,
): ReadonlyArray<PlannedUsage> => {
  const groups = Arr.groupBy(demands, (demand) => `${demand.role} ${demand.model.name}`)
  return Object.values(groups)
    .map((group): PlannedUsage => {
      const { role, model } = group[0]
      const calls = sum(group.map((demand) => demand.calls))
      const promptTokens = sum(group.map((demand) => demand.promptTokens))
      const completionTokens = sum(group.map((demand) => demand.completionTokens))
      const price = priceOf(model)
      if (price === undefined) return { role, model: model.name, calls, promptTokens, completionTokens }
      const at = (bound: keyof Range) =>
        costMicros({ promptTokens: promptTokens[bound], completionTokens: completionTokens[bound] }, price)
      const money = { low: at("low"), expected: at("expected"), high: at("high") }
      return { role, model: model.name, calls, promptTokens, completionTokens, money }
    })
    .sort(Order.mapInput(Order.string, (row: PlannedUsage) => `${row.role} ${row.model}`))
}

const sum = (ranges: ReadonlyArray<Range>): Range => ({
  low: ranges.reduce((total, range) => total + range.low, 0),
  expected: ranges.reduce((total, range) => total + range.expected, 0),
  high: ranges.reduce((total, range) => total + range.high, 0),
})
