/** A fine-tuned simulator that somebody serves: the paper's released checkpoints, or one of your own (paper 1.2). */
import { Effect, Schema } from "effect"
import { endMarker } from "../../layers/generation/endMarker.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Opening, ServedResult } from "../../src/domain/Results.ts"
import { Estimate, Stage } from "../../src/index.ts"
import { isRemote } from "./casting.ts"

/**
 * For example `ServedSimulator({ model: Model.openai("jjssuh/sftuser-base-Qwen2.5-14B-Instruct") })`, served by vLLM.
 * The endpoint has to have `/completions` and give special tokens as text (vLLM does as it is asked). It is told the
 * intent as its system line, so prompts need intents; personas mean nothing to it.
 */
export const ServedSimulator = Stage.make({
  name: "ServedSimulator",
  version: 1,
  input: {
    model: ModelSpec,
    opening: Opening.pipe(Schema.optionalWith({ default: () => "real" as const })),
    /** How turns are framed: `chatml` for Qwen2.5, `llama-3` for Llama 3. */
    template: Schema.Literal("chatml", "llama-3").pipe(Schema.optionalWith({ default: () => "chatml" as const })),
    /** What the simulator was trained to end a conversation with. */
    marker: Schema.NonEmptyString.pipe(Schema.optionalWith({ default: () => endMarker })),
  },
  output: ServedResult,
  check: ({ model }) =>
    isRemote(model)
      ? undefined
      : `${model.name} is reached through the trainer: name a served simulator with Model.openai, or fine-tune one with FineTuned`,
  run: (input) => Effect.succeed(ServedResult.make(input)),
  estimate: () => Estimate.free(1),
})
