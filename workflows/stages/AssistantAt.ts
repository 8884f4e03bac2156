/** Another checkpoint of a training: the last one beside the chosen one, or one of equal iterations in several arms. */
import { Effect, Schema } from "effect"
import { AssistantResult } from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, StageFailure, Step } from "../../src/index.ts"

export const AssistantAt = Stage.make({
  name: "AssistantAt",
  version: 1,
  input: {
    assistant: Step.of(AssistantResult),
    /** After so many iterations, of those with a saved state. */
    at: Schema.Union(Schema.Literal("last"), Schema.Int.pipe(Schema.positive())),
  },
  output: AssistantResult,
  run: ({ assistant, at }) => Shard.once("at", AssistantResult, pick(assistant, at)),
  estimate: () => Estimate.free(1),
})

const pick = ({ checkpoint, curve, selection, ...rest }: AssistantResult, at: "last" | number) => {
  const after = at === "last" ? curve.length : at
  const { identity, state } = curve[after - 1] ?? {}
  if (identity === undefined || state === undefined) {
    const saved = curve.flatMap((one, index) => (one.state === undefined ? [] : [index + 1]))
    return StageFailure.make({
      kind: "operator",
      reason: `There is no saved state after ${after} iterations: there are those after ${saved.join(", ")}.`,
      advice: "Choose one of these, or change saveEvery or validation.every of the recipe.",
    })
  }
  return Effect.succeed(
    AssistantResult.make({
      ...rest,
      checkpoint: { ...checkpoint, identity, state },
      curve,
      ...(selection === undefined ? {} : { selection: { ...selection, rule: at, chosen: after } }),
    }),
  )
}
