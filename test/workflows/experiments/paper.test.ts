import { assert, describe, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { Experiment, Graph } from "../../../src/index.ts"
import paper, { presets } from "../../../workflows/experiments/paper.ts"
import turnCredit from "../../../workflows/experiments/turnCredit.ts"

const graphOf = (experiment: typeof turnCredit | typeof paper) => {
  const roots = [...Experiment.cells(experiment).map(({ step }) => step), ...experiment.collected]
  const files = new Map(Graph.files(roots).map(({ path }) => [path, "0".repeat(64)]))
  return Graph.make(roots, files).nodes.map(({ id, step, canonical }) => ({ id, stage: step.stage.name, canonical }))
}
const counted = (steps: ReturnType<typeof graphOf>) => {
  const stages = new Map<string, number>()
  for (const { stage } of steps) stages.set(stage, (stages.get(stage) ?? 0) + 1)
  return Object.fromEntries(stages)
}

describe("the paper's grid", () => {
  it("trains every policy against every simulator and seed, and evaluates each with all", () => {
    const whole = counted(graphOf(paper))
    assert.deepInclude(whole, { TrainAssistant: 48, InitialAssistant: 4, Evaluate: 52 * 5, Report: 1 })
    assert.deepInclude(counted(graphOf(presets["3B"])), { TrainAssistant: 12, InitialAssistant: 1, Evaluate: 13 * 5 })
    assert.deepInclude(counted(graphOf(presets.embedded)), { TrainAssistant: 6, FineTuned: 1, Evaluate: 7 * 3 })
  })

  it("is ablated in fifteen lines that share every step but those of the other credit", () => {
    const base = new Set(graphOf(presets.embedded).map(({ id }) => id))
    const ablated = graphOf(turnCredit)
    const others = ablated.filter(({ id }) => !base.has(id))
    assert.deepEqual(counted(others), { TrainAssistant: 3, Evaluate: 6, Report: 1 })
    for (const { canonical, stage } of others)
      if (stage === "TrainAssistant") assert.deepInclude(canonical["reward"], { credit: "R2G" })
    const file = fileURLToPath(new URL("../../../workflows/experiments/turnCredit.ts", import.meta.url))
    const code = readFileSync(file, "utf8").replace(/\/\*\*.*?\*\/\n/s, "")
    assert.isAtMost(code.trim().split("\n").length, 15)
  })
})
