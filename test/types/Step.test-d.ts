/** What the compiler must accept and refuse; checked by `tsc`, never run. */
import { Effect, Layer } from "effect"
import { Experiment, Grid, runExperiment } from "../../src/index.ts"
import type { Step } from "../../src/index.ts"
import { Assistant, Corpus, Simulator, file } from "../durable/fixtures.ts"
import type { Gpu, Reader } from "../durable/fixtures.ts"

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <T extends true>(): T | undefined => undefined

const corpus = Corpus({ file })
const simulator = Simulator({ corpus, recipe: { rate: 0.1 } })
const assistant = Assistant({ simulator, seed: 1 })

// A step needs the services of its whole upstream graph.
holds<Equal<Step.Services<typeof corpus>, Reader>>()
holds<Equal<Step.Services<typeof assistant>, Reader | Gpu>>()
holds<Equal<Step.Output<typeof assistant>["_tag"], "Assistant">>()

// @ts-expect-error a corpus is no simulator
Assistant({ simulator: corpus, seed: 1 })
// @ts-expect-error a field of the wrong type
Assistant({ simulator, seed: "one" })
// @ts-expect-error a missing field
Simulator({ corpus })

const grid = Grid.make({
  axes: { simulator: { sft: simulator }, size: ["3b", "7b"], seed: [1, 2] },
  experiment: (cell) => {
    holds<Equal<typeof cell.size, "3b" | "7b">>()
    holds<Equal<typeof cell.seed, 1 | 2>>()
    // @ts-expect-error no such axis
    void cell.persona
    return Assistant({ simulator: cell.simulator, seed: cell.seed })
  },
})

const experiment = Experiment.make("typed", { grids: { grid } })
export const complete: Experiment.Experiment<Reader | Gpu> = experiment
// @ts-expect-error the trainer's service is missing
export const incomplete: Experiment.Experiment<Reader> = experiment

// Running it needs what its stages need, besides the engine and the ledger.
const running = runExperiment(experiment, { concurrency: 1, pollMillis: 50 })
holds<Reader | Gpu extends Effect.Effect.Context<typeof running> ? true : false>()
declare const engine: Layer.Layer<Exclude<Effect.Effect.Context<typeof running>, Reader | Gpu>>
declare const services: Layer.Layer<Reader | Gpu>
declare const reader: Layer.Layer<Reader>
export const provided: Effect.Effect<unknown, unknown> = Effect.provide(running, Layer.merge(engine, services))
// @ts-expect-error nobody provides the trainer's service
export const lacking: Effect.Effect<unknown, unknown> = Effect.provide(running, Layer.merge(engine, reader))
