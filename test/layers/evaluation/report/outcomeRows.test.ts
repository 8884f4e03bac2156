import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { buildReportData } from "../../../../layers/evaluation/report/buildReportData.ts"
import { refusalTable } from "../../../../layers/evaluation/report/failureTables.ts"
import { ReportJson } from "../../../../layers/evaluation/report/ReportData.ts"
import { assistants, cell, reportInputs, rollout, trained } from "./reportInputs.ts"

const column = { assistant: "role-play", simulator: "role-play", persona: "busy", heldOut: false }
const held = cell(
  column,
  ["a", "b", "c"].map((prompt) => rollout(prompt, 0.5)),
)
const [point] = trained("role-play").curve
const refused = (...refusals: ReadonlyArray<{ readonly reason: string; readonly count: number }>) => ({
  ...point!,
  refusals,
})

const data = buildReportData({
  ...reportInputs,
  assistants: {
    ...assistants,
    "role-play": {
      ...trained("role-play"),
      curve: [
        refused({ reason: "empty", count: 2 }, { reason: "too long", count: 1 }),
        refused({ reason: "too long", count: 4 }),
      ],
    },
    "fine-tuned": { ...trained("fine-tuned"), curve: [] },
  },
  matrix: [{ ...held, result: { ...held.result, refusals: [{ reason: "empty", count: 7 }] } }],
})

describe("turns that guardrails refused", () => {
  it("are summed over training, and told for every cell", () => {
    const training = { assistant: "role-play", simulator: null, persona: null, rollouts: 32 }
    assert.deepEqual(data.refusals, [
      { ...training, reason: "too long", count: 5 },
      { ...training, reason: "empty", count: 2 },
      { assistant: "role-play", simulator: "role-play", persona: "busy", reason: "empty", count: 7, rollouts: 3 },
    ])
    assert.deepEqual(refusalTable(data).rows, [
      ["role-play", "training", "too long", "5", "0.156"],
      ["role-play", "training", "empty", "2", "0.0625"],
      ["role-play", "role-play as busy", "empty", "7", "2.33"],
    ])
  })

  it("are none in a report that was written before they were counted", () => {
    const { refusals: _, ...before } = JSON.parse(Schema.encodeSync(ReportJson)(data)) as Record<string, unknown>
    assert.deepEqual(Schema.decodeSync(ReportJson)(JSON.stringify(before)), { ...data, refusals: [] })
  })
})
