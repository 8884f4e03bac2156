/** An experiment made ready: its steps with their ids, what the ledger has of them, and its plan. Nothing has run. */
import { Effect, Option } from "effect"
import { Experiment, Graph, Plan, StepLedger } from "../src/index.ts"
import type { ModelSpec, Price } from "../src/domain/ModelSpec.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"

export interface Study {
  readonly experiment: Experiment.Experiment<unknown>
  readonly graph: Graph.Graph
  readonly files: Graph.FileHashes
}

export const makeStudy = (experiment: Experiment.Experiment<unknown>, files: Graph.FileHashes): Study => {
  const roots = [...Experiment.cells(experiment).map(({ step }) => step), ...experiment.collected]
  return { experiment, files, graph: Graph.make(roots, files) }
}

/** The plan as the home stands: what is done, what is left, and its price by the config. */
export const planStudy = Effect.fn("planStudy")(function* ({ experiment, files }: Study, config: UnderstudyConfig) {
  const ledger = yield* StepLedger
  const states = new Map((yield* ledger.list).map(({ id, state }) => [id, state]))
  return Plan.make(experiment, {
    files,
    stateOf: (id) => {
      const state = states.get(id)
      return state === "done" || state === "suspended" ? state : "to-run"
    },
    priceOf: priceOf(config),
  })
})

/** What a model costs: nothing on the own trainer, the config's price on an endpoint, unknown without one. */
export const priceOf =
  ({ models, trainer }: UnderstudyConfig) =>
  ({ provider, name }: ModelSpec): Price | undefined =>
    provider === "openai"
      ? models[name]?.price
      : trainer.kind === "embedded"
        ? { prompt: 0, completion: 0, asOf: "always" }
        : undefined

/** The decoded output of a step, where the ledger has it done. */
export const outputOf = Effect.fn("outputOf")(function* (id: string) {
  const ledger = yield* StepLedger
  const entry = yield* ledger.find(id)
  return Option.filterMap(entry, ({ state, output }) =>
    state === "done" && output !== null ? Option.some(JSON.parse(output) as unknown) : Option.none(),
  )
})
