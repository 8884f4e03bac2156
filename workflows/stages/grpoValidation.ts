/** How a policy in training does on the validation part, and which of its checkpoints is chosen by that. */
import { Effect, Schema, Stream } from "effect"
import { judgedAlone } from "../../layers/evaluation/combineJudges.ts"
import { rollOut } from "../../layers/evaluation/rollOut.ts"
import { withinOneStandardError } from "../../layers/training/checkpointChoice.ts"
import type { Select } from "../../layers/training/checkpointChoice.ts"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { TrainingLog } from "../../layers/training/TrainingLog.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import { AssistantResult, Selection, Validation } from "../../src/domain/Results.ts"
import type { Checkpoint, KeptCheckpoint } from "../../src/domain/Results.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import { Shard, StageFailure } from "../../src/index.ts"
import { castBoth } from "./casting.ts"
import { rollouts } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"
import { fitsIn, policySampling, withoutOverflow } from "./grpoParts.ts"
import type { Training } from "./grpoRollouts.ts"
import { holdInBatches } from "./holdInBatches.ts"
import { defaultFailureShare } from "./missing.ts"

export const validatesAt = ({ validation, iterations }: GrpoRecipe, after: number): boolean =>
  validation !== undefined && (after % validation.every === 0 || after === iterations)

/** A state is saved where it is due, validated, chosen, or the last one. */
export const savesAt = (recipe: GrpoRecipe, select: Select, after: number): boolean =>
  after % recipe.saveEvery === 0 || after === recipe.iterations || after === select || validatesAt(recipe, after)

/** So many evaluations since the best one so far. */
export const isOutOfPatience = (
  validations: ReadonlyArray<Pick<Validation, "reward">>,
  patience: number | undefined,
): boolean => {
  if (patience === undefined) return false
  const rewards = validations.map(({ reward }) => reward ?? Number.NEGATIVE_INFINITY)
  const best = rewards.reduce((top, reward, at) => (reward > (rewards[top] ?? reward) ? at : top), 0)
  return rewards.length - 1 - best >= patience
}

/** In shards of its own. Prompts and seeds are the same after every iteration, so that differences are paired. */
export const validate = Effect.fnUntraced(function* (
  part: ArtifactRef,
  { recipe, base, simulator, persona, reward, conversing, step, seed: replicate }: Training,
  after: number,
  checkpoint: Checkpoint,
) {
  const { prompts = 1, samples = 1 } = recipe.validation ?? {}
  const seed = deriveSeed([replicate, "validation"])
  const promptTokens = recipe.limits?.promptTokens
  const sampling = policySampling(recipe, conversing)
  const assistant = AssistantResult.make({ checkpoint, curve: [] })
  const hold = asStageFailure(
    Effect.map(castBoth({ assistant, simulator, persona, conversing, sampling, seed, step }), (casting) => {
      const judged = { ...casting, reward: judgedAlone(reward) }
      return (prompt: Conversation, sample: number) =>
        Effect.map(rollOut(judged, prompt, sample), (one) => withoutOverflow(one, promptTokens).rollout)
    }),
  )
  const fits = Effect.map(asStageFailure(Effect.flatMap(Policies, (policies) => policies.base(base))), (model) =>
    fitsIn({ opening: simulator.opening, system: conversing.system, promptTokens }, model),
  )
  const held = yield* holdInBatches({
    part,
    name: `validation/${after}/`,
    conversing,
    ...(promptTokens === undefined ? {} : { fits }),
    prompts,
    samples,
    seed,
    hold,
    maxFailureShare: defaultFailureShare,
  })
  const validation = Validation.make({ after, ...held })
  const written = Effect.flatMap(TrainingLog, (log) => log.write(step, { kind: "validation", ...validation }))
  yield* Shard.once(`validation/${after}/log`, Schema.Void, written)
  return validation
})

export interface Ended {
  readonly select: Select
  readonly checkpoints: ReadonlyArray<KeptCheckpoint>
  readonly validations: ReadonlyArray<Validation>
  readonly stoppedEarly: boolean
}

/** Frozen here: nothing that is tested later has a say in it. */
export const choose = Effect.fn("choose")(function* ({ select: rule, validations, ...ended }: Ended) {
  const scored = yield* Effect.forEach(validations, ({ after, transcripts }) =>
    Effect.map(rewardsByPrompt(transcripts), (rewards) => ({ after, rewards })),
  )
  const found = withinOneStandardError(scored)
  const last = ended.checkpoints.at(-1)?.after ?? 0
  const chosen = rule === "last" ? last : rule === "one-standard-error" ? found?.after : rule
  if (chosen === undefined || !ended.checkpoints.some(({ after }) => after === chosen)) {
    return yield* StageFailure.make({
      kind: "operator",
      reason:
        chosen === undefined
          ? "No validation has a reward to choose a checkpoint by."
          : `There is no checkpoint after ${chosen} iterations: patience ended training after ${last}.`,
      advice: "Choose another one with `select`, or take `patience` out of the recipe.",
    })
  }
  return Selection.make({
    rule,
    chosen,
    ...(found === undefined ? {} : { best: found.best }),
    behind: (found?.compared ?? []).map(({ after, behind, standardError }) => ({ after, mean: behind, standardError })),
    ...ended,
  })
})

/** Mean reward of each prompt that has one. */
const rewardsByPrompt = Effect.fnUntraced(function* (transcripts: ArtifactRef) {
  const sums = new Map<string, { readonly sum: number; readonly count: number }>()
  yield* Stream.runForEach(rollouts.stream(transcripts), ({ prompt, verdict }) =>
    Effect.sync(() => {
      if (verdict === null) return
      const { sum, count } = sums.get(prompt) ?? { sum: 0, count: 0 }
      sums.set(prompt, { sum: sum + verdict.reward, count: count + 1 })
    }),
  )
  return new Map([...sums].map(([prompt, { sum, count }]) => [prompt, sum / count]))
})
