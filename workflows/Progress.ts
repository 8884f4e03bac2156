/**
 * How far a run is: from the plan's expected work, what the driver tells of its steps, and the journal's sums, so that
 * nothing has to report. Cheap beside any model call: sampled as often as one likes.
 */
import { Effect } from "effect"
import { CallJournal, StepLedger } from "../src/index.ts"
import type { Driver, Plan, Totals } from "../src/index.ts"
import { behindOf, fitRates, workOf } from "./pace.ts"
import type { Observation, Work } from "./pace.ts"
import { timeToGo } from "./timeToGo.ts"
import type { Measured } from "./timeToGo.ts"

export interface StepProgress {
  readonly id: string
  /** Stage and, where it belongs to one cell, the cell's labels that vary. */
  readonly label: string
  /** Calls behind it, those that the journal answered included, and those expected (no less). */
  readonly calls: number
  readonly expectedCalls: number
  /** In this run. */
  readonly tokens: number
  readonly micros: number
  /** Over the last half minute. */
  readonly tokensPerSecond: number
  readonly secondsLeft: number
}

export interface Progress {
  readonly done: number
  readonly steps: number
  readonly running: ReadonlyArray<StepProgress>
  readonly suspended: number
  /** Spent by this run. */
  readonly micros: number
  readonly elapsedSeconds: number
  /** Undefined where nothing that takes time is left. */
  readonly secondsLeft: number | undefined
}

export interface Watch {
  readonly onStart: (id: string) => Effect.Effect<void>
  readonly onOutcome: (id: string, outcome: Driver.Outcome) => Effect.Effect<void>
  readonly sample: Effect.Effect<Progress>
}

/** `concurrency`: steps at once. */
export const watch = Effect.fn("Progress.watch")(function* (plan: Plan.Plan, concurrency: number) {
  const journal = yield* CallJournal
  const ledger = yield* StepLedger
  const clock = yield* Effect.clock
  const now = () => clock.unsafeCurrentTimeMillis() / 1000
  const began = now()
  const entries = yield* ledger.list
  const secondsBefore = new Map(entries.map(({ id, seconds }) => [id, seconds ?? 0]))
  const totalsBefore = yield* byStep(journal)
  const past: ReadonlyArray<Observation> = entries
    .filter(({ state }) => state === "done")
    .slice(-pastSteps)
    .map(({ id, seconds }) => ({ work: workOf(totalsBefore.get(id) ?? []), seconds: seconds ?? 0 }))
  const labels = labelsOf(plan)
  const states = new Map(plan.steps.map(({ id, state }) => [id, state === "done" ? "done" : ("waiting" as State)]))
  const doneBefore = new Set(plan.steps.flatMap(({ id, state }) => (state === "done" ? [id] : [])))
  const started = new Map<string, number>()
  /** Of this run. */
  const seconds = new Map<string, number>()
  const secondsHere = (id: string) => {
    const since = started.get(id)
    return seconds.get(id) ?? (since === undefined ? 0 : now() - since)
  }
  const recent: Array<{ readonly at: number; readonly tokens: ReadonlyMap<string, number> }> = []

  const sample = Effect.map(byStep(journal), (totals): Progress => {
    const measured = plan.steps.map((step): Measured => {
      const { id } = step
      const rows = totals.get(id) ?? []
      const took = (secondsBefore.get(id) ?? 0) + secondsHere(id)
      const state = states.get(id) ?? "waiting"
      return {
        ...step,
        state: state === "suspended" ? "waiting" : state,
        behind: behindOf(rows),
        took: took === 0 ? undefined : { work: workOf(rows), seconds: took },
      }
    })
    /** Starts that were stopped, and what they waited for, are no measure of the pace. */
    const here = (id: string): Observation => ({
      work: less(workOf(totals.get(id) ?? []), workOf(totalsBefore.get(id) ?? [])),
      seconds: secondsHere(id),
    })
    const ended = measured.flatMap(({ id, state }) => (state === "done" && !doneBefore.has(id) ? [here(id)] : []))
    // A step that has only begun says nothing yet: its first calls wait for the trainer to start.
    const going = measured
      .flatMap(({ id, state }) => (state === "running" ? [here(id)] : []))
      .filter(({ seconds }) => seconds > tellingSeconds)
    const toGo = timeToGo(measured, fitRates([...[...past, ...ended].slice(-pastSteps), ...going]), concurrency)

    const at = now()
    const tokens = new Map([...totals].map(([id, rows]) => [id, tokensOf(rows)]))
    while (recent[0] !== undefined && recent[0].at < at - rateSeconds) recent.shift()
    recent.push({ at, tokens })
    const running = measured.flatMap((step): ReadonlyArray<StepProgress> => {
      const { id, state, demands } = step
      if (state !== "running") return []
      const before = totalsBefore.get(id) ?? []
      const rows = totals.get(id) ?? []
      const calls = sum(rows, (row) => row.calls + row.hits)
      const [first] = recent
      const gained = tokensOf(rows) - (first?.tokens.get(id) ?? 0)
      return [
        {
          id,
          label: labels(id),
          calls,
          expectedCalls: Math.max(calls, Math.round(sum(demands, ({ calls }) => calls.expected))),
          tokens: tokensOf(rows) - tokensOf(before),
          micros: microsOf(rows) - microsOf(before),
          tokensPerSecond: first === undefined || first.at === at ? 0 : gained / (at - first.at),
          secondsLeft: toGo.steps.get(id) ?? 0,
        },
      ]
    })
    const count = (state: State) => [...states.values()].filter((one) => one === state).length
    return {
      done: count("done"),
      steps: plan.steps.length,
      running,
      suspended: count("suspended"),
      micros: sum(plan.steps, ({ id }) => microsOf(totals.get(id) ?? []) - microsOf(totalsBefore.get(id) ?? [])),
      elapsedSeconds: at - began,
      secondsLeft: toGo.seconds > 0 ? toGo.seconds : undefined,
    }
  })
  return {
    onStart: (id) =>
      Effect.sync(() => {
        states.set(id, "running")
        started.set(id, now())
      }),
    onOutcome: (id, { _tag }) =>
      Effect.sync(() => {
        if (started.has(id)) seconds.set(id, secondsHere(id))
        states.set(id, _tag === "Done" ? "done" : _tag === "Suspended" ? "suspended" : "waiting")
      }),
    sample,
  } satisfies Watch
})

type State = "done" | "running" | "waiting" | "suspended"

const byStep = (journal: typeof CallJournal.Service) =>
  Effect.map(journal.totals, (rows) => {
    const steps = new Map<string, Array<Totals>>()
    for (const row of rows) {
      const known = steps.get(row.step)
      if (known === undefined) steps.set(row.step, [row])
      else known.push(row)
    }
    return steps
  })

/** `TrainAssistant role-play`; a step of no single cell has the beginning of its hash instead. */
const labelsOf = ({ cells, steps }: Plan.Plan) => {
  const varying = new Set(
    cells.flatMap(({ grid, labels }) =>
      Object.keys(labels).filter(
        (axis) => new Set(cells.filter((cell) => cell.grid === grid).map((cell) => cell.labels[axis])).size > 1,
      ),
    ),
  )
  const byKey = new Map(cells.map((cell) => [cell.key, cell]))
  const byId = new Map(steps.map((step) => [step.id, step]))
  return (id: string) => {
    const step = byId.get(id)
    const cell = step?.cells.length === 1 ? byKey.get(step.cells[0] ?? "") : undefined
    const values = Object.entries(cell?.labels ?? {}).flatMap(([axis, label]) => (varying.has(axis) ? [label] : []))
    const rest = values.length > 0 ? values.join(" ") : (id.split("-").at(-1)?.slice(0, 4) ?? "")
    return `${step?.stage ?? id} ${rest}`
  }
}

const less = (work: Work, before: Work): Work =>
  new Map([...work].map(([kind, amount]) => [kind, amount - (before.get(kind) ?? 0)]))

const sum = <A>(rows: ReadonlyArray<A>, of: (row: A) => number) => rows.reduce((total, row) => total + of(row), 0)
const tokensOf = (rows: ReadonlyArray<Totals>) => sum(rows, (row) => row.promptTokens + row.completionTokens)
const microsOf = (rows: ReadonlyArray<Totals>) => sum(rows, (row) => row.micros + row.failedMicros)

/** The latest steps that the pace is learned from, those of earlier runs included. */
const pastSteps = 500
/** A running step counts for the pace once it has run so long. */
const tellingSeconds = 20
const rateSeconds = 30
