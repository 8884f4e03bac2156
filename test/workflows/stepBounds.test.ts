import { assert, describe, it } from "@effect/vitest"
import * as U from "../../workflows/index.ts"
import { stepBounds } from "../../workflows/stepBounds.ts"

const range = { low: 1, expected: 1, high: 1 }
const demand = (role: "assistant" | "simulator" | "trainer", model: typeof U.Model.embedded) => {
  return { role, model, calls: range, promptTokens: range, completionTokens: range }
}
const base = U.Model.trainable("Qwen/Qwen2.5-3B-Instruct")
const served = U.Model.openai("gpt-4o-mini-2024-07-18")
const training = { id: "training", demands: [demand("trainer", base), demand("simulator", served)] }
const against = { id: "against", demands: [demand("assistant", base), demand("simulator", base)] }
const judged = { id: "judged", demands: [demand("simulator", served)] }
const tinker = (places?: number) => ({
  trainer: {
    kind: "tinker" as const,
    url: "http://127.0.0.1:1",
    tokenizers: {},
    ...(places === undefined ? {} : { places }),
  },
})

describe("stepBounds", () => {
  const atOnce = (...given: Parameters<typeof stepBounds>) =>
    stepBounds(...given).map(({ steps, atOnce }) => [[...steps].join(), atOnce])

  it("lets as many steps run as the trainer can hold what they sample and train", () => {
    assert.deepStrictEqual(atOnce([training, judged], {}, tinker(4)), [["training", 4]])
    assert.deepStrictEqual(atOnce([training, against], {}, tinker(4)), [["training,against", 2]])
    assert.deepStrictEqual(atOnce([against], {}, tinker()), [["against", 1]])
    assert.deepStrictEqual(atOnce([against], {}, tinker(1)), [["against", 1]])
    assert.deepStrictEqual(atOnce([training], {}, { trainer: { kind: "embedded" } }), [["training", 2]])
  })

  it("keeps to the experiment's GPUs as well", () => {
    assert.deepStrictEqual(atOnce([training], { gpus: 1 }, tinker(4)), [
      ["training", 1],
      ["training", 4],
    ])
  })
})
