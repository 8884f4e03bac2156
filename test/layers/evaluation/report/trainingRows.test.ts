import { assert, describe, it } from "@effect/vitest"
import { buildReportData } from "../../../../layers/evaluation/report/buildReportData.ts"
import { checkpointTable, trainingNotes } from "../../../../layers/evaluation/report/trainingRows.ts"
import type { AssistantResult } from "../../../../src/domain/Results.ts"
import { reportInputs, trained } from "./reportInputs.ts"

const plain = trained("role-play")
const { checkpoint, curve } = plain
const held = { rollouts: 4, endings: [], refusals: [], failures: [], seconds: 1, transcripts: checkpoint.state }
const chosen: AssistantResult = {
  ...plain,
  validations: [
    { after: 2, reward: 0.5, ...held },
    { after: 4, reward: 0.6, ...held },
  ],
  selection: {
    rule: "one-standard-error",
    chosen: 2,
    best: 4,
    behind: [
      { after: 2, mean: 0.1, standardError: 0.2 },
      { after: 4, mean: 0, standardError: 0 },
    ],
    stoppedEarly: true,
    checkpoints: [2, 4].map((after) => ({ after, checkpoint })),
  },
  notes: ["gradientClip 1 is passed over by the embedded trainer."],
}
const dataOf = (assistant: AssistantResult) =>
  buildReportData({ ...reportInputs, assistants: { ...reportInputs.assistants, "role-play": assistant } })

describe("trainings in a report", () => {
  it("shows the chosen, the last and all kept checkpoints, and what is to be said of the training", () => {
    const data = dataOf(chosen)
    assert.deepStrictEqual(checkpointTable(data).rows, [
      ["role-play", "2", "0.50", "+0.10", "0.20", "chosen (one-standard-error)"],
      ["role-play", "4", "0.60", "0.00", "0.00", "last: patience ended"],
    ])
    assert.deepStrictEqual(trainingNotes(data), ["role-play: gradientClip 1 is passed over by the embedded trainer."])
  })

  it("says nothing where only the last checkpoint was in question", () => {
    assert.isAbove(curve.length, 0)
    assert.notProperty(dataOf(plain), "trainings")
  })
})
