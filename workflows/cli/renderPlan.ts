/** A plan for people and for programs. */
import { whole } from "../../layers/evaluation/report/numbers.ts"
import type { Estimate, Plan } from "../../src/index.ts"
import type { TimeLeft } from "../timeLeft.ts"
import { counted, part, range, some, table, time, usd } from "./text.ts"

export interface Planned {
  readonly plan: Plan.Plan
  readonly time: TimeLeft
  /** Dollars over the experiment's lifetime. */
  readonly limit: number | undefined
  /** Servers that calls still to come would start. */
  readonly servers: ReadonlyArray<PlannedServer>
  /** What may be said against running it as things stand. */
  readonly notes: ReadonlyArray<string>
}

export interface PlannedServer {
  readonly endpoint: string
  readonly kind: string
  readonly model: string
  readonly gpus: number
}

/** For programs. Counts are expected ones, money is in dollars; null is unknown. Fields are added, never changed. */
export const planDocument = ({ plan, time, limit, servers, notes }: Planned) => ({
  experiment: plan.experiment,
  cells: plan.cells.map(({ key, grid, labels }) => ({ grid, ...labels, key })),
  steps: plan.steps.map(({ id, stage, state, cells, upstream }) => ({ id, stage, state, cells, upstream })),
  usage: plan.usage.map((row) => ({
    role: row.role,
    model: row.model,
    ...amounts(row, "expected"),
    low: amounts(row, "low"),
    high: amounts(row, "high"),
  })),
  paid: plan.paid.map(({ micros, ...row }) => ({ ...row, money: micros / 1e6 })),
  money: { ...dollars(moneyLeft(plan)), paid: paidMicros(plan) / 1e6, limit: limit ?? null },
  secondsLeft: time.seconds ?? null,
  servers,
  notes,
})

export const renderPlan = ({ plan, time: left, limit, servers, notes }: Planned): string => {
  const states = (["done", "to-run", "suspended"] as const)
    .map((state) => ({ state, count: plan.steps.filter((step) => step.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${whole(count)} ${shown[state]}`)
  return [
    `${plan.experiment}: ${counted(plan.cells.length, "cell")}, ${counted(plan.steps.length, "step")} (${states.join(", ")})`,
    ...part("Cells", ...plan.cells.map(({ key }) => `  ${key}`)),
    ...part("Steps", table(stepColumns, plan.steps.map(stepRow(plan.cells.length)))),
    ...(plan.paid.length === 0 ? [] : part("Paid already", table(paidColumns, plan.paid.map(paidRow)))),
    ...(plan.usage.length === 0 ? [] : part("Still to come", usageTable(plan))),
    ...(servers.length === 0 ? [] : part("Servers, each started when it is first asked", serverTable(servers))),
    "",
    moneyLine(plan, limit),
    ...timeLine(plan, left),
    ...part("Notes", ...notes.map((note) => `  ${note}`)),
  ].join("\n")
}

/** What is still to come, in micro-dollars; undefined where a model has no price. */
export const moneyLeft = ({ usage }: Pick<Plan.Plan, "usage">): Estimate.Range | undefined => {
  let sum: Estimate.Range = { low: 0, expected: 0, high: 0 }
  for (const { money } of usage) {
    if (money === undefined) return undefined
    sum = { low: sum.low + money.low, expected: sum.expected + money.expected, high: sum.high + money.high }
  }
  return sum
}

export const paidMicros = ({ paid }: Pick<Plan.Plan, "paid">) => paid.reduce((sum, { micros }) => sum + micros, 0)

const moneyLine = (plan: Plan.Plan, limit: number | undefined): string => {
  const cap = limit === undefined ? "no limit" : `the limit is ${usd(limit * 1e6)}`
  return `In money: ${usd(paidMicros(plan))} paid, ${moneyText(plan)} still to come; ${cap}.`
}

export const moneyText = (plan: Pick<Plan.Plan, "usage">): string => {
  const left = moneyLeft(plan)
  return left === undefined ? "an unknown sum (a model has no price)" : range(left, usd)
}

export const timeLine = ({ usage }: Plan.Plan, { seconds, unknown }: TimeLeft): ReadonlyArray<string> => {
  if (usage.length === 0) return []
  if (seconds !== undefined) return [`In time: about ${range(seconds, time)} at the pace of earlier calls.`]
  return [`In time: unknown, since this home has no calls to ${unknown.join(", ")} to go by.`]
}

export const shown: Readonly<Record<Plan.StepState, string>> = {
  done: "done",
  "to-run": "to run",
  suspended: "suspended",
}

const stepColumns = [{ name: "state" }, { name: "step" }, { name: "for" }]
const stepRow =
  (all: number) =>
  ({ id, state, cells }: Plan.PlannedStep) => [shown[state], id, sharing(cells, all)]

/** Which cells a step is for; a step over all cells belongs to none. */
export const sharing = (cells: ReadonlyArray<string>, all: number): string => {
  if (cells.length === 0) return "the experiment as a whole"
  if (cells.length === 1) return cells[0] ?? ""
  return cells.length === all ? `all ${all} cells` : `${cells.length} cells: ${some(cells, 3)}`
}

const serverTable = (servers: ReadonlyArray<PlannedServer>) =>
  table(
    [{ name: "endpoint" }, { name: "kind" }, { name: "model" }, { name: "GPUs", numeric: true }],
    servers.map(({ endpoint, kind, model, gpus }) => [endpoint, kind, model, gpus === 0 ? "none" : whole(gpus)]),
  )

const numeric = (...names: ReadonlyArray<string>) => names.map((name) => ({ name, numeric: true }))

const paidColumns = [
  { name: "role" },
  { name: "model" },
  ...numeric("calls", "prompt tokens", "completion tokens", "money"),
]
const paidRow = ({ role, model, calls, promptTokens, completionTokens, micros }: Plan.Paid) => [
  role,
  model,
  whole(calls),
  whole(promptTokens),
  whole(completionTokens),
  usd(micros),
]

export const usageTable = ({ usage }: Plan.Plan) => table(paidColumns, usage.map(usageRow))
const usageRow = ({ role, model, calls, promptTokens, completionTokens, money }: Plan.PlannedUsage) => [
  role,
  model,
  range(calls),
  range(promptTokens),
  range(completionTokens),
  money === undefined ? "price unknown" : range(money, usd),
]

const amounts = ({ calls, promptTokens, completionTokens, money }: Plan.PlannedUsage, bound: keyof Estimate.Range) => ({
  calls: Math.round(calls[bound]),
  promptTokens: Math.round(promptTokens[bound]),
  completionTokens: Math.round(completionTokens[bound]),
  money: money === undefined ? null : money[bound] / 1e6,
})

const dollars = (money: Estimate.Range | undefined) => ({
  low: money === undefined ? null : money.low / 1e6,
  expected: money === undefined ? null : money.expected / 1e6,
  high: money === undefined ? null : money.high / 1e6,
})
