import { assert, describe, it } from "@effect/vitest"
import { seedContrasts, seedGains } from "../../../../layers/evaluation/report/acrossSeeds.ts"
import type { ReportInputs } from "../../../../layers/evaluation/report/ReportInputs.ts"
import { Grid } from "../../../../src/index.ts"
import { InitialAssistant } from "../../../../workflows/stages/InitialAssistant.ts"
import { acrossGrids } from "../../../../workflows/stages/acrossGrids.ts"
import { replicates } from "../../../../workflows/stages/replicates.ts"
import * as Model from "../../../../layers/llm/Model.ts"

const gain = (assistant: string, mean: number | null, simulator = "role-play", metric = "reward") => {
  return {
    assistant,
    simulator,
    persona: "plain",
    heldOut: false,
    initial: "initial",
    metric,
    mean,
    low: null,
    high: null,
    n: 9,
  }
}
const replicate = (simulator: string, credit: string, seed: number) => ({
  seed: `${seed}`,
  labels: { simulator, credit },
})
const inputs = (given: ReportInputs["replicates"]): ReportInputs => {
  return { simulators: {}, assistants: {}, matrix: [], replicates: given }
}
const three = inputs({
  a1: replicate("a", "equal", 1),
  a2: replicate("a", "equal", 2),
  a3: replicate("a", "equal", 3),
  b1: replicate("b", "equal", 1),
  b2: replicate("b", "equal", 2),
  b3: replicate("b", "equal", 3),
  c1: replicate("b", "turn", 1),
})

describe("across seeds", () => {
  it("gains have Student's t interval over seeds, and only of the reward", () => {
    const gains = [gain("a1", 0.1), gain("a2", 0.2), gain("a3", 0.3), gain("a1", 9, "role-play", "words"), gain("x", 7)]
    const [row, ...others] = seedGains(three, gains)
    assert.deepEqual(others, [])
    assert.deepInclude(row, { method: "a, equal", simulator: "role-play", seeds: 3, assistants: ["a1", "a2", "a3"] })
    // t(0.975, 2) = 4.3027; the standard error is 0.1 / sqrt(3).
    assert.closeTo(row?.mean ?? NaN, 0.2, 1e-12)
    assert.closeTo(row?.low ?? NaN, 0.2 - 0.248414, 1e-5)
    assert.closeTo(row?.high ?? NaN, 0.2 + 0.248414, 1e-5)
  })

  it("one seed gives no interval, and what is missing is no seed", () => {
    const [row] = seedGains(three, [gain("a1", 0.1), gain("a2", null)])
    assert.deepInclude(row, { seeds: 1, assistants: ["a1"], mean: 0.1, low: null, high: null, pValue: null })
  })

  it("compares ways that differ in one axis, seed by seed, in the same column", () => {
    const a = [gain("a1", 0.1), gain("a2", 0.2), gain("a3", 0.3)]
    const b = [gain("b1", 0.2), gain("b2", 0.2), gain("b3", 0.5), gain("b1", 0.9, "other")]
    const [row, ...others] = seedContrasts(three, [...a, ...b, gain("c1", 0.4)])
    assert.deepEqual(others, [])
    assert.deepInclude(row, { method: "b, equal", against: "a, equal", seeds: 3 })
    assert.closeTo(row?.mean ?? NaN, 0.1, 1e-12)
    assert.strictEqual(row?.adjusted, row?.pValue)
  })

  it("are labelled by a grid's axes that vary, beside its seeds", () => {
    const model = Model.embedded
    const grid = Grid.make({
      axes: { simulator: ["a", "b"], policy: ["p"], seed: [1, 2] },
      experiment: () => InitialAssistant({ model }),
    })
    assert.deepEqual(replicates(grid), {
      "a, 1": { seed: "1", labels: { simulator: "a" } },
      "a, 2": { seed: "2", labels: { simulator: "a" } },
      "b, 1": { seed: "1", labels: { simulator: "b" } },
      "b, 2": { seed: "2", labels: { simulator: "b" } },
    })
  })

  it("are compared across grids, by the grids' names", () => {
    const grid = (model: typeof Model.embedded) =>
      Grid.make({ axes: { simulator: ["a", "b"], seed: [1, 2] }, experiment: () => InitialAssistant({ model }) })
    const [main, shorter] = [grid(Model.embedded), grid(Model.trainable("Qwen/Qwen2.5-3B-Instruct"))]
    const { assistants, replicates: given } = acrossGrids({ main, shorter })
    assert.deepEqual(Object.keys(assistants), Object.keys(given))
    assert.strictEqual(assistants["shorter, a, 2"], shorter.cells[1]?.step)
    assert.deepEqual(given["shorter, a, 2"], { seed: "2", labels: { grid: "shorter", simulator: "a" } })
    const gains = Object.keys(given).map((label, i) => gain(label, i < 4 ? 0.1 : 0.3))
    const rows = seedContrasts(inputs(given), gains).filter(({ mean }) => Math.abs(mean) > 0.01)
    assert.deepEqual(
      rows.map(({ method, against, seeds }) => ({ method, against, seeds })),
      ["a", "b"].map((one) => ({ method: `shorter, ${one}`, against: `main, ${one}`, seeds: 2 })),
    )
  })
})
