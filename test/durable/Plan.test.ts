import { Schema } from "effect"
import { assert, describe, it } from "vitest"
import { Estimate, Experiment, Graph, Grid, Plan, Shard, Stage, Step } from "../../src/index.ts"
import { Effect } from "effect"
import { AssistantOutput, Corpus, Simulator, SimulatorOutput, file, hashes } from "./fixtures.ts"

const judge = { provider: "openai", name: "judge-a" } as const

const Priced = Stage.make({
  name: "Priced",
  version: 1,
  input: { simulator: Step.of(SimulatorOutput), seed: Schema.Int },
  output: AssistantOutput,
  run: () => Shard.once("run", AssistantOutput, Effect.succeed(AssistantOutput.make({ reward: 0 }))),
  estimate: ({ simulator }, sizeOf) => ({
    size: 1,
    demands: [
      {
        role: "judge",
        model: judge,
        calls: Estimate.exactly(sizeOf(simulator)),
        promptTokens: Estimate.exactly(1_000 * sizeOf(simulator)),
        completionTokens: { low: 0, expected: 10 * sizeOf(simulator), high: 100 * sizeOf(simulator) },
      },
    ],
  }),
})

const simulator = Simulator({ corpus: Corpus({ file }), recipe: { rate: 0.1 } })
const grid = Grid.make({ axes: { seed: [1, 2] }, experiment: ({ seed }) => Priced({ simulator, seed }) })
const experiment = Experiment.make("priced", { grids: { main: grid } })
const price = { prompt: 2, completion: 10, asOf: "2026-01-01" }

const graph = Graph.make(
  grid.cells.map(({ step }) => step),
  hashes,
)

const plan = (
  options: {
    readonly state?: Plan.StepState
    readonly price?: typeof price
    readonly paid?: ReadonlyArray<Plan.PaidByStep>
    readonly stale?: ReadonlySet<string>
  } = {},
) =>
  Plan.make(experiment, graph, {
    stateOf: () => options.state ?? "to-run",
    priceOf: (model) => (model.name === "judge-a" ? options.price : undefined),
    ...(options.paid && { paid: options.paid }),
    ...(options.stale && { stale: options.stale }),
  })

describe("Plan", () => {
  it("lists shared steps once, with every cell that needs them", () => {
    const steps = plan().steps.map(({ stage, cells }) => ({ stage, cells }))
    const both = ["main/seed=1", "main/seed=2"]
    assert.deepEqual(steps, [
      { stage: "Corpus", cells: both },
      { stage: "Simulator", cells: both },
      { stage: "Priced", cells: ["main/seed=1"] },
      { stage: "Priced", cells: ["main/seed=2"] },
    ])
  })

  it("adds up calls, tokens and money of both cells from the upstream sizes", () => {
    const [row, ...others] = plan({ price }).usage
    assert.deepEqual(others, [])
    assert.deepEqual(row?.calls, Estimate.exactly(200))
    assert.deepEqual(row?.promptTokens, Estimate.exactly(200_000))
    // 200,000 prompt tokens at $2 and 0, 2,000 or 20,000 completion tokens at $10 a million.
    assert.deepEqual(row?.money, { low: 400_000, expected: 420_000, high: 600_000 })
  })

  it("tells what is paid from what is new, step by step", () => {
    const [first] = graph.nodes.filter(({ step }) => step.stage === Priced).map(({ id }) => id)
    const amounts = { calls: 60, promptTokens: 150_000, completionTokens: 50, micros: 7 }
    const spent = { role: "judge", model: "judge-a", ...amounts } as const
    const row = (step: string) => ({ ...spent, step, hits: 10 })
    const { paid, usage } = plan({ price, paid: [row(first ?? ""), row("Priced/v1-of-another-experiment")] })
    assert.deepEqual(paid, [spent])
    // The first cell has 30 of its 100 calls left, and so many of its tokens; the second has all of them.
    assert.deepEqual(usage[0]?.calls, Estimate.exactly(130))
    assert.deepEqual(usage[0]?.promptTokens, Estimate.exactly(130_000))
    assert.deepEqual(usage[0]?.completionTokens, { low: 0, expected: 1_300, high: 13_000 })
    // Paid for with other upstream outputs: it is all to be paid again.
    const stale = plan({ price, paid: [row(first ?? "")], stale: new Set([first ?? ""]) })
    assert.deepEqual([stale.usage[0]?.calls, stale.paid], [Estimate.exactly(200), [spent]])
    assert.deepEqual(plan({ state: "done", paid: [row(first ?? "")] }).paid, [spent])
  })

  it("asks nothing for what is done, and invents no price", () => {
    assert.deepEqual(plan({ state: "done", price }).usage, [])
    assert.notProperty(plan().usage[0], "money")
  })
})
