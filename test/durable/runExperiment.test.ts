import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Experiment, Grid, runExperiment, Runner } from "../../src/index.ts"
import { StepLedger } from "../../src/journal/StepLedger.ts"
import { Assistant, Corpus, Gpu, Reader, Simulator, file, hashes } from "./fixtures.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-experiment-"))

describe("runExperiment", () => {
  it.live("is an Effect of the services that its stages need, and gives every step's outcome", () =>
    Effect.gen(function* () {
      const simulator = Simulator({ corpus: Corpus({ file }), recipe: { rate: 0.1 } })
      const grid = Grid.make({ axes: { seed: [1, 2] }, experiment: ({ seed }) => Assistant({ simulator, seed }) })
      const outcomes = yield* runExperiment(Experiment.make("whole", { grids: { grid } }), {
        files: hashes,
        concurrency: 2,
        pollMillis: 5,
      })
      const names = [...outcomes].map(([id, { _tag }]) => `${id.split("/")[0]} ${_tag}`)
      assert.deepEqual(names, ["Corpus Done", "Simulator Done", "Assistant Done", "Assistant Done"])
    }).pipe(
      Effect.provide([
        Layer.succeed(Reader, { read: Effect.succeed(4) }),
        Layer.succeed(Gpu, { train: Effect.succeed(1) }),
        Runner.layer(join(folder, "engine.db")),
        StepLedger.layer(join(folder, "ledger.db")),
      ]),
    ),
  )
})
