/** Recipes that the configured trainer can't carry out, told before anything runs. */
import { Effect, Schema } from "effect"
import { GrpoRecipe } from "../layers/training/GrpoRecipe.ts"
import { judgeRecipe } from "../layers/training/trainerKinds.ts"
import type { Graph } from "../src/index.ts"
import type { TrainerKind } from "../src/ports/Trainer.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { TrainAssistant } from "./stages/TrainAssistant.ts"

export class RecipeRefused extends Schema.TaggedError<RecipeRefused>()("RecipeRefused", {
  step: Schema.String,
  reasons: Schema.Array(Schema.String),
}) {
  readonly exitCode = 64
  override get message() {
    return [
      `${this.step} can't be carried out on the configured trainer:`,
      ...this.reasons.map((reason) => `  ${reason}`),
      "Change these settings (Grpo.paperApprox is the nearest to the paper's), or configure another trainer.",
    ].join("\n")
  }
}

export const refuseRecipes = ({ nodes }: Graph.Graph, config: Pick<UnderstudyConfig, "trainer">) =>
  Effect.forEach(
    nodes,
    ({ id, step }) => {
      const { recipe } = step.input
      if (step.stage !== TrainAssistant || !isRecipe(recipe)) return Effect.void
      const { refused } = judgeRecipe(recipe, kindOf(config))
      return refused.length === 0 ? Effect.void : RecipeRefused.make({ step: id, reasons: refused })
    },
    { discard: true },
  )

const kindOf = ({ trainer }: Pick<UnderstudyConfig, "trainer">): TrainerKind =>
  trainer.kind === "embedded" ? "embedded" : (trainer.dialect ?? "skyrl")

const isRecipe = Schema.is(GrpoRecipe)
