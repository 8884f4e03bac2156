/** A simulator by prompting alone: naming the model is all there is to do. */
import { Effect } from "effect"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { RolePlayResult } from "../../src/domain/Results.ts"
import { Estimate, Stage } from "../../src/index.ts"

/** Small local models play by flipped roles, models behind an endpoint by a role-play prompt: see `casting`. */
export const RolePlay = Stage.make({
  name: "RolePlay",
  version: 1,
  input: { model: ModelSpec },
  output: RolePlayResult,
  run: ({ model }) => Effect.succeed(RolePlayResult.make({ model })),
  estimate: () => Estimate.free(1),
})
