/** Recipes that the configured trainer can't carry out, told before anything runs. */
import { Effect, Schema } from "effect"
import { Reward } from "../layers/evaluation/Reward.ts"
import { GrpoRecipe } from "../layers/training/GrpoRecipe.ts"
import { judgeRecipe } from "../layers/training/trainerKinds.ts"
import { ModelSpec } from "../src/domain/ModelSpec.ts"
import type { Graph } from "../src/index.ts"
import { isOnTrainer, kindOf } from "./configuredTrainer.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { Conversing } from "./stages/Conversing.ts"
import { InitialAssistant } from "./stages/InitialAssistant.ts"
import { paperDifferences } from "./stages/paperDifferences.ts"
import { RolePlay } from "./stages/RolePlay.ts"
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
      const kind = kindOf(config.trainer)
      const { refused: unhonoured } = judgeRecipe(recipe, kind)
      const refused = [
        ...unhonoured,
        ...(kind === "skyrl" && recipe.rank === 0 ? initialBeside(nodes, step) : []),
        ...(recipe.preset === "paper" ? notThePapers(step.input) : []),
      ]
      return refused.length === 0 ? Effect.void : RecipeRefused.make({ step: id, reasons: refused })
    },
    { discard: true },
  )

/** Steps that would sample the model in training where they ask for the initial one: SkyRL knows both by one name. */
const initialBeside = (nodes: Graph.Graph["nodes"], training: Graph.Graph["nodes"][number]["step"]) =>
  nodes
    .filter(({ step }) => step.stage === InitialAssistant || step.stage === RolePlay)
    .filter(({ step: { input } }) => sameModel(input.model, training.input.base))
    .map(
      ({ id }) =>
        `rank 0 beside ${id}: where all weights are trained the server has no initial model; reach that one through an endpoint (Model.openai)`,
    )

const notThePapers = (input: unknown) =>
  isTrained(input) ? paperDifferences(input).map((difference) => `${difference}: not the paper's`) : []

const isTrained = Schema.is(Schema.Struct({ conversing: Conversing, reward: Reward }))

const sameModel = (one: unknown, other: unknown) =>
  isModel(one) && isModel(other) && isOnTrainer(one) && one.name === other.name

const isModel = Schema.is(ModelSpec)

const isRecipe = Schema.is(GrpoRecipe)
