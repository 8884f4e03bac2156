/** An experiment made ready: its steps with their ids, what the home has of them, and its plan. Nothing has run. */
import { Effect, Option } from "effect"
import { CallJournal, Experiment, Graph, Plan, Standing, StepLedger } from "../src/index.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { priceOf } from "./models.ts"
import type { Changes } from "./RunRecord.ts"

export interface Study {
  readonly experiment: Experiment.Experiment<unknown>
  readonly graph: Graph.Graph
  readonly files: Graph.FileHashes
  /** The experiment file (absolute) and what the command line changed in it; undefined when made in a program. */
  readonly source: { readonly file: string; readonly changes: Changes } | undefined
}

/** Throws `InvalidInput` or `NotCanonical` for a step whose inputs can't be hashed. */
export const makeStudy = (
  experiment: Experiment.Experiment<unknown>,
  files: Graph.FileHashes,
  source?: Study["source"],
): Study => {
  const roots = [...Experiment.cells(experiment).map(({ step }) => step), ...experiment.collected]
  return { experiment, files, graph: Graph.make(roots, files), source }
}

/**
 * The plan as the home stands: what is done, what is paid, what is left, and its price by the config. With `only`, as
 * if all other steps were done.
 */
export const planStudy = Effect.fn("planStudy")(function* (
  { experiment, graph }: Study,
  config: UnderstudyConfig,
  only?: ReadonlySet<string>,
) {
  const standings = yield* standingsOf(graph.nodes)
  const journal = yield* CallJournal
  return Plan.make(experiment, graph, {
    stateOf: (id) => {
      const standing = only?.has(id) === false ? "done" : standings.get(id)
      return standing === "done" || standing === "suspended" ? standing : "to-run"
    },
    paid: (yield* journal.totals).map(({ micros, failedMicros, ...row }) => ({
      ...row,
      micros: micros + failedMicros,
    })),
    priceOf: priceOf(config),
  })
})

/** How steps stand in the home; upstream before downstream. */
export const standingsOf = Effect.fn("standingsOf")(function* (steps: ReadonlyArray<Standing.Placed>) {
  const ledger = yield* StepLedger
  const entries = new Map((yield* ledger.list).map((entry) => [entry.id, entry]))
  return Standing.standings(steps, (id) => entries.get(id))
})

/** The decoded output of a step, where the ledger has it done. */
export const outputOf = Effect.fn("outputOf")(function* (id: string) {
  const ledger = yield* StepLedger
  const entry = yield* ledger.find(id)
  return Option.filterMap(entry, ({ state, output }) =>
    state === "done" && output !== null ? Option.some(JSON.parse(output) as unknown) : Option.none(),
  )
})
