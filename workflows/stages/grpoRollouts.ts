/** The rollouts of an iteration by a policy: held, or answered by the journal. */
import { Effect } from "effect"
import { combineJudges } from "../../layers/evaluation/combineJudges.ts"
import { rollOut } from "../../layers/evaluation/rollOut.ts"
import type { RolledOut } from "../../layers/evaluation/rollOut.ts"
import type { Reward } from "../../layers/evaluation/Reward.ts"
import { tokenAssistant } from "../../layers/generation/TokenAssistant.ts"
import { needsMore } from "../../layers/training/groupDraws.ts"
import { promptsOf } from "../../layers/training/GrpoRecipe.ts"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { Policies } from "../../layers/training/Policies.ts"
import type { Policy } from "../../layers/training/Policy.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Personas } from "../../src/domain/Persona.ts"
import type { SimulatorResult } from "../../src/domain/Results.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import { StageFailure } from "../../src/index.ts"
import { castUser } from "./casting.ts"
import { conversations } from "./conversations.ts"
import { assistantSampling, usable, userSampling } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"
import { asStageFailure } from "./failures.ts"
import { complete, rewardsOf } from "./grpoBatch.ts"
import { fitting, withoutOverflow } from "./grpoParts.ts"

export interface Training {
  readonly part: ArtifactRef
  readonly base: ModelSpec
  readonly simulator: SimulatorResult
  readonly persona: Personas | undefined
  readonly reward: Reward
  readonly recipe: GrpoRecipe
  readonly conversing: Conversing
  readonly seed: number
  readonly step: string
}

/** Every prompt's rollouts; in further rounds of other prompts until enough groups are informative. */
export const rollGroups = Effect.fnUntraced(function* (training: Training, index: number, policy: Policy) {
  const { recipe, base, conversing, persona, reward, seed, simulator, step } = training
  const policies = yield* Policies
  const model = yield* asStageFailure(policies.model(policy))
  const { temperature = 1, topP = 1 } = recipe.sampling ?? {}
  const sampling = { ...assistantSampling(conversing), temperature, ...(topP === 1 ? {} : { topP }) }
  const user = yield* asStageFailure(
    castUser(simulator, { override: persona, sampling: userSampling(conversing), seed, step }),
  )
  const casting = {
    assistant: tokenAssistant(model, sampling, { role: "assistant", step }),
    opening: user.opening,
    userOf: user.of,
    initial: yield* asStageFailure(policies.base(base)),
    reward,
    limits: conversing,
    guardrails: conversing.guardrails,
    seed: deriveIteration(seed, index),
    step,
  }
  const opened = usable(yield* conversations.read(training.part), conversing)
  const all = fitting(opened, casting, { system: sampling.system, promptTokens: recipe.limits?.promptTokens }, model)
  const groups: Array<ReadonlyArray<RolledOut>> = []
  const seen = new Set<string>()
  let rounds = 0
  do {
    const prompts = (yield* somePrompts(promptsOf(all, recipe, index, seed, rounds))).filter(({ id }) => !seen.has(id))
    for (const { id } of prompts) seen.add(id)
    const rolled = yield* Effect.forEach(
      prompts,
      (prompt) =>
        Effect.forEach(
          Array.from({ length: recipe.rollouts }, (_, sample) => sample),
          (sample) => rollOut(casting, prompt, sample),
          { concurrency: "unbounded" },
        ),
      { concurrency: "unbounded" },
    ).pipe(asStageFailure)
    groups.push(
      ...rolled.map((group) =>
        combineJudges(
          reward,
          group.map((one) => withoutOverflow(one, recipe.limits?.promptTokens)),
        ),
      ),
    )
    rounds += 1
  } while (needsMore(complete(groups).map(rewardsOf), recipe, rounds))
  return { groups, rounds, records: groups.flat().map(({ rollout }) => rollout) }
})

/** A prompt that comes back in a later iteration is sampled anew; arms of one replicate stay paired. */
const deriveIteration = (seed: number, index: number) => deriveSeed([seed, "iteration", index])

const somePrompts = (prompts: ReadonlyArray<Conversation>) =>
  prompts.length > 0
    ? Effect.succeed(prompts)
    : StageFailure.make({
        kind: "operator",
        reason: "No opening of the training part fits `conversing.maxOpening` and `recipe.limits.promptTokens`.",
        advice: "Raise it, or take another corpus.",
      })
