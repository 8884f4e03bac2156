/**
 * Trains an assistant by multi-turn GRPO against a simulated user (paper 1.5). An iteration is a shard: its rollouts,
 * scores and training steps are journaled call by call, and its state is saved every few iterations, so that a crash costs
 * the calls in flight and at most as many training requests as were made since.
 */
import { Effect, Schema } from "effect"
import { creditProblem } from "../../layers/evaluation/creditProblem.ts"
import { Reward } from "../../layers/evaluation/Reward.ts"
import { defaultSettings } from "../../layers/training/embedded/ServerCommand.ts"
import { Select } from "../../layers/training/checkpointChoice.ts"
import { grpoProblem, GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { judgeRecipe, notesOf } from "../../layers/training/trainerKinds.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Personas } from "../../src/domain/Persona.ts"
import { AssistantResult, Selection, SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import type { Iteration, KeptCheckpoint, Validation } from "../../src/domain/Results.ts"
import { Estimate, Shard, Stage, Step } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { Conversing, conversingProblem } from "./Conversing.ts"
import { grpoDemands } from "./grpoDemands.ts"
import { grpoIteration, rollAhead, Trained } from "./grpoIteration.ts"
import { bounded } from "./grpoParts.ts"
import { drawPrompts } from "./grpoPrompts.ts"
import type { Reached } from "./grpoParts.ts"
import type { Training } from "./grpoRollouts.ts"
import { paperDifferences } from "./paperDifferences.ts"
import { choose, isOutOfPatience, savesAt, validate, validatesAt } from "./grpoValidation.ts"

export const TrainAssistant = Stage.make({
  name: "TrainAssistant",
  version: 2,
  input: {
    split: Step.of(SplitResult),
    base: ModelSpec,
    simulator: Step.of(SimulatorResult),
    /** In place of the simulator's own. */
    persona: Schema.optional(Personas),
    reward: Reward,
    recipe: GrpoRecipe,
    /** Which checkpoint is the result. `AssistantAt` gives others of the same training. */
    select: Select.pipe(Schema.optionalWith({ default: () => "last" as const })),
    conversing: Conversing,
    /** The replicate: compared arms of one seed see the same prompts and draws. */
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: AssistantResult,
  check: ({ base, recipe, reward, select, conversing }) =>
    conversingProblem(conversing) ??
    grpoProblem(recipe) ??
    creditProblem(reward) ??
    selectProblem(recipe, select) ??
    baseProblem(base, recipe),
  run: ({ split, recipe, select, conversing, persona, ...given }) =>
    Effect.gen(function* () {
      const drawing = {
        ...given,
        recipe,
        conversing: recipe.limits === undefined ? conversing : bounded(conversing, recipe.limits),
      }
      const { opening } = given.simulator
      const drawn = drawPrompts({ ...drawing, opening, part: split.assistant.conversations })
      const training: Training = {
        ...drawing,
        persona,
        prompts: yield* Shard.once("prompts", Schema.Array(ArtifactRef), drawn),
        step: yield* Shard.stepId,
      }
      const curve: Array<Iteration> = []
      const checkpoints: Array<KeptCheckpoint> = []
      const validations: Array<Validation> = []
      let reached: Reached = { checkpoint: null, unsaved: [] }
      const history = [reached]
      let stoppedEarly = false
      for (let after = 1; after <= recipe.iterations && !stoppedEarly; after++) {
        const work = grpoIteration(training, after - 1, [...history], savesAt(recipe, select, after))
        const once = Shard.once(`iteration/${after - 1}`, Trained, work)
        const ahead = after - 1 + recipe.staleness
        const { checkpoint, requests, iteration }: Trained =
          ahead < after || ahead >= recipe.iterations
            ? yield* once
            : yield* beside(once, Shard.once(`rollouts/${ahead}`, Schema.Void, rollAhead(training, ahead, reached)))
        curve.push(iteration)
        reached =
          checkpoint === undefined
            ? { ...reached, unsaved: [...reached.unsaved, ...(requests === undefined ? [] : [requests])] }
            : { checkpoint, unsaved: [] }
        history.push(reached)
        if (checkpoint === undefined) continue
        checkpoints.push({ after, checkpoint })
        if (!validatesAt(recipe, after)) continue
        validations.push(yield* validate(split.validation.conversations, training, after, checkpoint))
        stoppedEarly = after < recipe.iterations && isOutOfPatience(validations, recipe.validation?.patience)
      }
      const notes = [
        ...notesOf(recipe, (yield* Trainer).kind),
        ...(recipe.preset === "paper-approx"
          ? paperDifferences({ conversing, reward: given.reward }).map((one) => `Not the paper's: ${one}.`)
          : []),
        ...idleNote(curve),
      ]
      const told = notes.length === 0 ? {} : { notes }
      // The recipe has at least one iteration, and training ends with a saved state.
      const { checkpoint: last } = checkpoints.at(-1)!
      if (recipe.validation === undefined && select === "last")
        return AssistantResult.make({ checkpoint: last, curve, ...told })
      const ended = { select, checkpoints, validations, stoppedEarly }
      const selection = yield* Shard.once("select", Selection, choose(ended))
      const { checkpoint } = checkpoints.find(({ after }) => after === selection.chosen)!
      return AssistantResult.make({ checkpoint, curve, validations, selection, ...told })
    }),
  estimate: (input) => ({ size: input.recipe.iterations, demands: grpoDemands(input) }) satisfies Estimate.Estimate,
})

/** Both at once; the second one begins first, so that it finds the weights before they are trained on. */
const beside = <A, E, R, E2, R2>(work: Effect.Effect<A, E, R>, other: Effect.Effect<void, E2, R2>) =>
  Effect.map(Effect.all([other, work], { concurrency: 2 }), ([, result]) => result)

/** How often the policy stayed as it was. */
const idleNote = (curve: ReadonlyArray<Iteration>): ReadonlyArray<string> => {
  const idle = curve.filter(({ groups }) => groups === 0).length
  return idle === 0 ? [] : [`${idle} of ${curve.length} iterations made no update: no group was left to train on.`]
}

const selectProblem = ({ validation, iterations }: GrpoRecipe, select: Select): string | undefined => {
  if (select === "one-standard-error" && validation === undefined)
    return 'select: "one-standard-error" compares evaluations, and there are none: give recipe.validation.'
  return typeof select === "number" && select > iterations
    ? `select: there is no checkpoint after ${select} iterations of ${iterations}.`
    : undefined
}

const baseProblem = ({ provider, name }: ModelSpec, recipe: GrpoRecipe): string | undefined => {
  if (provider === "openai")
    return `${name} is behind an endpoint and can't be trained: name a base model with Model.trainable or Model.embedded.`
  // Which other trainer there is, is the config's: `plan` and `run` look.
  if (provider !== "embedded") return undefined
  const { refused } = judgeRecipe(recipe, "embedded")
  if (refused.length > 0) return [`${name} can't be trained by this recipe:`, ...refused].join("\n  ")
  return recipe.rank > defaultSettings.maxLoraRank
    ? `the embedded trainer trains adapters of rank 1 to ${defaultSettings.maxLoraRank}, not ${recipe.rank}.`
    : undefined
}
