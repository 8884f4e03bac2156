/** An experiment made ready: its steps with their ids, what the home has of them, and its plan. Nothing has run. */
import { Effect, Option } from "effect"
import { CallJournal, Experiment, Graph, Plan, Source, Standing, StepLedger } from "../src/index.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { modelsLeft, priceOf } from "./models.ts"
import { refuseRecipes } from "./refuseRecipes.ts"
import { sourceOf } from "./registry.ts"
import type { Changes } from "./RunRecord.ts"
import { refuseServers } from "./servedModels.ts"

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

export interface PlanStudyOptions {
  /** As if all other steps were done. */
  readonly only?: ReadonlySet<string>
  /** Steps that are done anew from the journal, for want of their artifacts. */
  readonly lost?: ReadonlySet<string>
}

/** The plan as the home stands: what is done, what is paid, what is left, and its price by the config. */
export const planStudy = Effect.fn("planStudy")(function* (
  { experiment, graph }: Study,
  config: UnderstudyConfig,
  { only, lost = new Set() }: PlanStudyOptions = {},
) {
  yield* refuseRecipes(graph, config)
  const kept = yield* standingsOf(placed(graph))
  const standings = lost.size === 0 ? kept : yield* standingsOf(placed(graph), lost)
  const journal = yield* CallJournal
  const begun = new Set((yield* (yield* StepLedger).list).map(({ id }) => id))
  const plan = Plan.make(experiment, graph, {
    stateOf: (id) => {
      const standing = only?.has(id) === false ? "done" : standings.get(id)
      return standing === "done" || standing === "suspended" ? standing : "to-run"
    },
    stale: new Set([...begun].filter((id) => kept.get(id) === "to-run")),
    answered: new Set([...begun].filter((id) => kept.get(id) === "done")),
    paid: (yield* journal.totals).map(({ micros, failedMicros, ...row }) => ({
      ...row,
      micros: micros + failedMicros,
    })),
    priceOf: priceOf(config),
  })
  yield* refuseServers(config, modelsLeft(graph, plan), experiment.limits.gpus)
  return plan
})

/** The steps of a graph with what stands for their stages' bodies beside the version (contract 6). */
export const placed = ({ nodes }: Graph.Graph): ReadonlyArray<Standing.Placed> =>
  nodes.map(({ id, upstream, step }) => ({ id, upstream, source: sourceOf(step.stage) }))

/** One line for each stage whose body has changed under its version since steps of the graph were run. */
export const sourceNotes = Effect.fn("sourceNotes")(function* ({ nodes }: Graph.Graph) {
  const ledger = yield* StepLedger
  const entries = new Map((yield* ledger.list).map((entry) => [entry.id, entry]))
  const changed = new Map<string, number>()
  for (const { id, step } of nodes) {
    if (!Source.sourceChanged(entries.get(id), sourceOf(step.stage))) continue
    const name = `${step.stage.name}/v${step.stage.version}`
    changed.set(name, (changed.get(name) ?? 0) + 1)
  }
  return [...changed].map(
    ([name, count]) =>
      `The body of ${name} has changed under its version: ${count === 1 ? "its step is" : `its ${count} steps are`} run again. Raise the version to keep both.`,
  )
})

/** How steps stand in the home; upstream before downstream. Those that are `lost` count as never run. */
export const standingsOf = Effect.fn("standingsOf")(function* (
  steps: ReadonlyArray<Standing.Placed>,
  lost: ReadonlySet<string> = new Set(),
) {
  const ledger = yield* StepLedger
  const entries = new Map((yield* ledger.list).map((entry) => [entry.id, entry]))
  return Standing.standings(steps, (id) => (lost.has(id) ? undefined : entries.get(id)))
})

/** The decoded output of a step, where the ledger has it done. */
export const outputOf = Effect.fn("outputOf")(function* (id: string) {
  const ledger = yield* StepLedger
  const entry = yield* ledger.find(id)
  return Option.filterMap(entry, ({ state, output }) =>
    state === "done" && output !== null ? Option.some(JSON.parse(output) as unknown) : Option.none(),
  )
})
