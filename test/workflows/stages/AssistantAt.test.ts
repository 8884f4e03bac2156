import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AssistantResult } from "../../../src/domain/Results.ts"
import { runDirectly } from "../../../src/index.ts"
import { AssistantAt } from "../../../workflows/stages/AssistantAt.ts"
import { trained } from "../../layers/evaluation/report/reportInputs.ts"

const { curve, ...rest } = trained("role-play")
// Saved after every second iteration.
const assistant: AssistantResult = {
  ...rest,
  curve: curve.map(({ state, ...one }, at) => (at % 2 === 1 && state !== undefined ? { ...one, state } : one)),
}
const at = (after: "last" | number) =>
  runDirectly<never>(AssistantAt, { id: "AssistantAt/v1-0", input: { assistant, at: after }, attempt: 0 })

describe("AssistantAt", () => {
  it.effect("gives the state after so many iterations, or the last one", () =>
    Effect.gen(function* () {
      const fourth = Schema.decodeUnknownSync(AssistantResult)(yield* at(4))
      assert.strictEqual(fourth.checkpoint.identity, curve[3]?.identity)
      const last = Schema.decodeUnknownSync(AssistantResult)(yield* at("last"))
      assert.strictEqual(last.checkpoint.identity, curve[7]?.identity)
    }),
  )

  it.effect("says which there are where none was saved", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(at(3))
      assert.strictEqual(
        failure.reason,
        "There is no saved state after 3 iterations: there are those after 2, 4, 6, 8.",
      )
    }),
  )
})
