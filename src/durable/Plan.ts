/** What an experiment will do and cost, before anything runs: what is paid already is told from what is new. */
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

/** Calls, tokens and money that are still to come, by role and model. Money in micro-dollars. */
export interface PlannedUsage {
  readonly role: Role
  readonly model: string
  readonly calls: Range
  readonly promptTokens: Range
  readonly completionTokens: Range
  /** Absent where the model has no known price. */
  readonly money?: Range
}

/** What calls came to; failed attempts cost money too. Micro-dollars. */
export interface Paid extends Amounts {
  readonly role: Role
  readonly model: string
}

export interface Amounts {
  readonly calls: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly micros: number
}

export interface Plan {
  readonly experiment: string
  readonly cells: ReadonlyArray<{ readonly key: string; readonly grid: string; readonly labels: Labels }>
  readonly steps: ReadonlyArray<PlannedStep>
  /** Of the steps that are not done, less what they have paid for already. */
  readonly usage: ReadonlyArray<PlannedUsage>
  /** By all steps of the experiment, whether done or begun. */
  readonly paid: ReadonlyArray<Paid>
}

type Labels = Readonly<Record<string, string>>

export interface PlanOptions {
  readonly stateOf: (id: string) => StepState
  readonly priceOf: (model: ModelSpec, role: Role) => Price | undefined
  /** What steps have paid for; those of other experiments are left out. Default: nothing. */
  readonly paid?: ReadonlyArray<PaidByStep>
  /** Steps that were begun with other upstream outputs: what they paid for is not behind them. Default: none. */
  readonly stale?: ReadonlySet<string>
  /** Steps that are to be run with every call in the journal already. Default: none. */
  readonly answered?: ReadonlySet<string>
}

export interface PaidByStep extends Paid {
  readonly step: string
  /** Answers that needed no call: they too are behind the step. */
  readonly hits: number
}

/** Pure: the graph knows its files, `stateOf` and `paid` come from the home, `priceOf` from the config. */
export const make = (experiment: Experiment<unknown>, graph: Graph.Graph, options: PlanOptions): Plan => {
  const all = cells(experiment)
  const { nodes, ids } = graph
  const needed = cellsByStep(graph, all)
  const own = new Set(nodes.map(({ id }) => id))
  const paid = (options.paid ?? []).filter(({ step }) => own.has(step))
  const behind = behindByDemand(paid.filter(({ step }) => options.stale?.has(step) !== true))
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
      steps
        .filter(({ id, state }) => state !== "done" && options.answered?.has(id) !== true)
        .flatMap(({ id, demands }) => demands.map((demand) => without(demand, behind(id, demand)))),
      options.priceOf,
    ),
    paid: byRoleAndModel(paid, ({ model }) => model).map((rows) => ({
      role: rows[0].role,
      model: rows[0].model,
      ...total(rows),
    })),
  }
}

/** Every step of a graph has an id. */
const idIn = (ids: ReadonlyMap<AnyStep, string>, step: AnyStep): string => ids.get(step) ?? ""

/** The keys of the cells that need each step, by the step's id. */
export const cellsByStep = (
  { nodes, ids }: Graph.Graph,
  all: ReadonlyArray<{ readonly key: string; readonly step: AnyStep }>,
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const needed = new Map<string, Array<string>>()
  for (const { key, step } of all) {
    const seen = new Set<string>()
    const visit = (id: string): void => {
      if (seen.has(id)) return
      seen.add(id)
      const keys = needed.get(id)
      if (keys === undefined) needed.set(id, [key])
      else keys.push(key)
      byId.get(id)?.upstream.forEach(visit)
    }
    visit(idIn(ids, step))
  }
  return needed
}

/** How many of the calls of one of a step's demands are behind it. A stage names each role and model once. */
const behindByDemand = (paid: ReadonlyArray<PaidByStep>) => {
  const groups = Arr.groupBy(paid, ({ step, role, model }) => `${step} ${role} ${model}`)
  return (step: string, { role, model }: Demand): number =>
    (groups[`${step} ${role} ${model.name}`] ?? []).reduce((sum, { calls, hits }) => sum + calls + hits, 0)
}

/** Tokens are left in proportion to calls: what calls took so far says nothing of those that are to come. */
const without = (demand: Demand, behind: number): Demand => {
  const left = (bound: keyof Range) => Math.max(demand.calls[bound] - behind, 0)
  const share = (bound: keyof Range) => (demand.calls[bound] === 0 ? 0 : left(bound) / demand.calls[bound])
  const shared = (range: Range): Range => ({
    low: range.low * share("low"),
    expected: range.expected * share("expected"),
    high: range.high * share("high"),
  })
  if (behind === 0) return demand
  return {
    ...demand,
    calls: { low: left("low"), expected: left("expected"), high: left("high") },
    promptTokens: shared(demand.promptTokens),
    completionTokens: shared(demand.completionTokens),
  }
}

const usage = (
  demands: ReadonlyArray<Demand>,
  priceOf: (model: ModelSpec, role: Role) => Price | undefined,
): ReadonlyArray<PlannedUsage> =>
  byRoleAndModel(demands, ({ model }) => model.name).map((group): PlannedUsage => {
    const { role, model } = group[0]
    const calls = sum(group.map((demand) => demand.calls))
    const promptTokens = sum(group.map((demand) => demand.promptTokens))
    const completionTokens = sum(group.map((demand) => demand.completionTokens))
    const price = priceOf(model, role)
    if (price === undefined) return { role, model: model.name, calls, promptTokens, completionTokens }
    const at = (bound: keyof Range) =>
      costMicros({ promptTokens: promptTokens[bound], completionTokens: completionTokens[bound] }, price)
    const money = { low: at("low"), expected: at("expected"), high: at("high") }
    return { role, model: model.name, calls, promptTokens, completionTokens, money }
  })

const byRoleAndModel = <A extends { readonly role: Role }>(rows: ReadonlyArray<A>, model: (row: A) => string) =>
  Object.entries(Arr.groupBy(rows, (row): string => `${row.role} ${model(row)}`))
    .sort(Order.mapInput(Order.string, ([name]: readonly [string, unknown]) => name))
    .map(([, group]) => group)

const total = (rows: ReadonlyArray<Amounts>): Amounts => ({
  calls: rows.reduce((all, { calls }) => all + calls, 0),
  promptTokens: rows.reduce((all, { promptTokens }) => all + promptTokens, 0),
  completionTokens: rows.reduce((all, { completionTokens }) => all + completionTokens, 0),
  micros: rows.reduce((all, { micros }) => all + micros, 0),
})

const sum = (ranges: ReadonlyArray<Range>): Range => ({
  low: ranges.reduce((total, range) => total + range.low, 0),
  expected: ranges.reduce((total, range) => total + range.expected, 0),
  high: ranges.reduce((total, range) => total + range.high, 0),
})
