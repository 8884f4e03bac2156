import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { buildReportData } from "../../../../layers/evaluation/report/buildReportData.ts"
import { ReportJson } from "../../../../layers/evaluation/report/ReportData.ts"
import { assistants, cell, heldOut, reportInputs, rollout, simulators } from "./reportInputs.ts"

const column = { simulator: "role-play", persona: "busy", heldOut: false }
const build = (initial: ReadonlyArray<number | null>, tuned: ReadonlyArray<number | null>) =>
  buildReportData({
    simulators,
    assistants,
    matrix: [
      cell(
        { ...column, assistant: "initial" },
        initial.map((reward, i) => rollout(`p${i}`, reward)),
      ),
      cell(
        { ...column, assistant: "role-play" },
        tuned.map((reward, i) => rollout(`p${i}`, reward)),
      ),
    ],
  })

const whole = buildReportData(reportInputs)

describe("buildReportData", () => {
  it("counts rollouts without a verdict as missing, not as zero", () => {
    const data = build([0.25, 0.5], [0.75, null])
    const row = data.matrix.find((one) => one.assistant === "role-play" && one.metric === "reward")
    assert.deepInclude(row, { mean: 0.75, n: 1, missing: 1, low: null, high: null })
    // Only the first prompt has both sides.
    const gain = data.gains.find(({ metric }) => metric === "reward")
    assert.deepInclude(gain, { mean: 0.5, n: 1, initial: "initial" })
    assert.deepInclude(
      data.sensitivity.find((one) => one.assistant === "role-play"),
      { missing: 1, mean: 0.75, ifZero: 0.375, gain: 0.5, gainIfZero: 0 },
    )
  })

  it("has no mean where every verdict is missing", () => {
    const data = build([0.25], [null])
    assert.deepInclude(
      data.matrix.find((row) => row.assistant === "role-play"),
      { metric: "reward", mean: null, n: 0, missing: 1 },
    )
    assert.deepInclude(data.gains[0], { mean: null, n: 0 })
  })

  it("pairs gains by prompt: a constant gain has no spread, whatever the prompts are", () => {
    const gain = build([0.1, 0.4, 0.7, 0.2], [0.35, 0.65, 0.95, 0.45]).gains.find(({ metric }) => metric === "reward")
    for (const bound of [gain?.mean, gain?.low, gain?.high]) assert.closeTo(bound ?? Number.NaN, 0.25, 1e-9)
  })

  it("gives the initial model no gain, and none to an assistant of another model", () => {
    const other = { _tag: "InitialAssistant", model: { provider: "openai", name: "another" } } as const
    const data = buildReportData({ ...reportInputs, assistants: { ...assistants, initial: other } })
    assert.deepStrictEqual(data.gains, [])
    assert.isTrue(whole.gains.every(({ assistant }) => assistant !== "initial"))
  })

  it("resamples whole users where users are known", () => {
    const { heldOut: _, ...unknown } = reportInputs
    const [users, prompts] = [whole, buildReportData(unknown)]
    assert.deepStrictEqual([users.bootstrap.cluster, prompts.bootstrap.cluster], ["user", "prompt"])
    assert.strictEqual(users.matrix[0]?.mean, prompts.matrix[0]?.mean)
    assert.notStrictEqual(users.matrix[0]?.low, prompts.matrix[0]?.low)
  })

  it("says how much of the own simulator's gain doesn't carry over", () => {
    const cells = (own: number, other: number) =>
      (["initial", "role-play"] as const).flatMap((assistant) =>
        Object.keys(simulators).map((simulator) => {
          const gain = assistant === "initial" ? 0 : simulator === "role-play" ? own : other
          return cell(
            { ...column, simulator, assistant },
            [0.1, 0.3, 0.2].map((reward, i) => rollout(`p${i}`, reward + gain)),
          )
        }),
      )
    const data = buildReportData({
      simulators,
      assistants,
      trainedWith: { "role-play": "role-play" },
      matrix: cells(0.5, 0.2),
    })
    assert.strictEqual(data.generalisation.length, 1)
    assert.closeTo(data.generalisation[0]?.mean ?? 0, 0.3, 1e-9)
  })

  it("compares the length of simulated turns with real ones, openings left out", () => {
    const { turnLengths } = whole
    assert.deepInclude(turnLengths[0], { real: true, turns: heldOut.length })
    assert.deepInclude(turnLengths[1], { real: false, simulator: "role-play", median: 10 })
  })

  it("shows the same prompts in every cell", () => {
    const { samples } = whole
    const prompts = new Set(samples.map(({ prompt }) => prompt))
    assert.strictEqual(samples.length, prompts.size * reportInputs.matrix.length)
  })

  it("sums failures of training over iterations, and names the cells of the others", () => {
    const { failures } = whole
    assert.deepInclude(failures[0], { assistant: "role-play", simulator: null, count: 1, rollouts: 128 })
    assert.deepInclude(failures.at(-1), { simulator: "fine-tuned", persona: "curious", reason: "simulator: Timeout" })
  })

  it("survives its artifact", () => {
    const data = whole
    const json = Schema.encodeSync(ReportJson)(data)
    assert.deepStrictEqual(Schema.decodeSync(ReportJson)(json), data)
  })
})
