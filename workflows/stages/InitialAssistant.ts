/** The model as it is before any training: the baseline of every comparison. */
import { Effect } from "effect"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { InitialResult } from "../../src/domain/Results.ts"
import { Estimate, Stage } from "../../src/index.ts"

export const InitialAssistant = Stage.make({
  name: "InitialAssistant",
  version: 1,
  input: { model: ModelSpec },
  output: InitialResult,
  run: ({ model }) => Effect.succeed(InitialResult.make({ model })),
  estimate: () => Estimate.free(1),
})
