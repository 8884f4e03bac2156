import { assert, describe, it } from "@effect/vitest"
import { byConversation, pairedContrasts, reliability } from "../../../../layers/evaluation/report/comparisons.ts"
import { cell, rollout } from "./reportInputs.ts"

const at = (assistant: string, rewards: ReadonlyArray<ReadonlyArray<number | null>>) =>
  cell(
    { assistant, simulator: "role-play", persona: "busy", heldOut: false },
    rewards.flatMap((row, prompt) => row.map((reward, sample) => ({ ...rollout(`prompt ${prompt}`, reward), sample }))),
  )
const inputs = (...matrix: ReadonlyArray<ReturnType<typeof at>>) => ({ simulators: {}, assistants: {}, matrix })
const user = (prompt: string) => prompt

describe("comparisons", () => {
  it("pair assistants by prompt, over the prompts that both have", () => {
    const both = inputs(at("a", [[0.5], [0.7], [null]]), at("b", [[0.4], [0.2], [0.9]]))
    const [row, ...others] = pairedContrasts({ ...both, contrasts: [{ assistant: "a", against: "b" }] }, user)
    assert.deepEqual(others, [])
    assert.deepInclude(row, { assistant: "a", against: "b", n: 2 })
    assert.closeTo(row?.mean ?? NaN, 0.3, 1e-12)
    assert.deepEqual(pairedContrasts(both, user), [])
  })

  it("tell how often all of k rollouts succeed, without those that are missing", () => {
    const trials = inputs(
      at("a", [
        [1, 1, 0.2],
        [0.9, 0.9, null, 0.9],
      ]),
    )
    const [row] = reliability({ ...trials, success: 0.9 })
    // Of the first prompt 2 of 3 succeed: pass^1 2/3, pass^2 1/3, pass^3 0; of the second all 3 that have a verdict.
    assert.deepInclude(row, { prompts: 2, missing: 1 })
    assert.deepEqual(
      row?.passHat.map((value) => Number(value.toFixed(6))),
      [0.833333, 0.666667, 0.5],
    )
    assert.deepEqual(reliability(trials), [])
  })

  it("resample conversations one by one", () => {
    const [row] = byConversation(inputs(at("a", [[0.5, 0.7], [null]])))
    assert.deepInclude(row, { n: 2, low: 0.5, high: 0.7 })
  })
})
