import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { ReportJson } from "../../../layers/evaluation/report/ReportData.ts"
import { Persona } from "../../../src/domain/Persona.ts"
import { EvaluationResult, InitialResult, RolePlayResult } from "../../../src/domain/Results.ts"
import { ArtifactStore, Estimate, InvalidInput, Shard, Stage } from "../../../src/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { Report } from "../../../workflows/stages/Report.ts"
import { model, rollout, simulators as reportSimulators } from "../../layers/evaluation/report/reportInputs.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-report-"))
afterAll(() => rmSync(folder, { recursive: true }))

const personas = Persona.make({ name: "busy", description: "You are busy." })
const given = <A, I>(name: string, output: Schema.Schema<A, I>) =>
  Stage.make({ name, version: 1, input: {}, output, run: () => Effect.never, estimate: () => Estimate.free(1) })({})

const simulators = { "role-play": given("Simulator", RolePlayResult) }
const assistants = { initial: given("Initial", InitialResult) }
const evaluation = given("Evaluation", EvaluationResult)
const cell = { assistant: "initial", simulator: "role-play", persona: "busy", heldOut: false, evaluation }

const direct = Layer.succeed(
  Shard.Shard,
  Shard.Shard.of({ id: "Report/v1-0", run: (_name, _output, effect) => Effect.orDie(effect) }),
)
const layers = Layer.merge(ArtifactStore.layer(folder), direct)

describe("Report", () => {
  it.effect("writes the numbers of the transcripts as one artifact", () =>
    Effect.gen(function* () {
      const transcripts = yield* rollouts.write([rollout("a", 0.5), rollout("b", null), rollout("c", 1)])
      const { data } = yield* run({
        simulators: { "role-play": reportSimulators["role-play"]! },
        assistants: { initial: InitialResult.make({ model }) },
        matrix: [
          {
            ...cell,
            evaluation: EvaluationResult.make({
              personas,
              rollouts: 3,
              endings: [],
              refusals: [],
              reward: 0.75,
              failures: [],
              transcripts,
              seconds: 1,
            }),
          },
        ],
      })
      const store = yield* ArtifactStore
      const json = Buffer.from(yield* store.get(data)).toString("utf8")
      const read = yield* Schema.decode(ReportJson)(json)
      assert.deepInclude(read.matrix[0], { metric: "reward", mean: 0.75, n: 2, missing: 1 })
      assert.strictEqual(read.samples.length, 3)
    }).pipe(Effect.provide(layers)),
  )

  it("refuses labels that nothing has, and a cell given twice", () => {
    const report = (input: Partial<Parameters<typeof Report>[0]>) => () =>
      Report({ simulators, assistants, matrix: [cell], ...input })
    assert.throws(report({ matrix: [{ ...cell, simulator: "sft" }] }), InvalidInput, /no simulator is labelled "sft"/)
    assert.throws(report({ assistants: {} }), InvalidInput, /no assistant is labelled "initial": there are none/)
    assert.throws(report({ matrix: [cell, cell] }), InvalidInput, /two cells of initial with role-play in busy/)
    const one = { seed: "1", labels: { simulator: "role-play", policy: "p" } }
    const same = { seed: "1", labels: { policy: "p", simulator: "role-play" } }
    assert.throws(
      report({ assistants: { ...assistants, other: assistants.initial }, replicates: { initial: one, other: same } }),
      InvalidInput,
      /initial and other are the same way of training with the same seed \(1\)/,
    )
    assert.throws(report({ trainedWith: { initial: "sft" } }), InvalidInput, /no simulator is labelled "sft"/)
    assert.doesNotThrow(report({}))
  })
})

/** The body as the engine runs it: with outputs in place of steps. */
const run = (input: unknown) =>
  (Report.run as unknown as (input: unknown) => Effect.Effect<{ data: never }, never, ArtifactStore | Shard.Shard>)(
    input,
  )
