/** The rollouts of an iteration by a policy: held, or answered by the journal. */
import { Effect } from "effect"
import { combineJudges } from "../../layers/evaluation/combineJudges.ts"
import { rollOut } from "../../layers/evaluation/rollOut.ts"
import type { RolledOut } from "../../layers/evaluation/rollOut.ts"
import type { Reward } from "../../layers/evaluation/Reward.ts"
import { tokenAssistant } from "../../layers/generation/TokenAssistant.ts"
import { needsMore } from "../../layers/training/groupDraws.ts"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { Policies } from "../../layers/training/Policies.ts"
import type { Policy } from "../../layers/training/Policy.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Personas } from "../../src/domain/Persona.ts"
import type { SimulatorResult } from "../../src/domain/Results.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import { castUser } from "./casting.ts"
import { conversations } from "./conversations.ts"
import { userSampling } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"
import { asStageFailure } from "./failures.ts"
import { complete, rewardsOf } from "./grpoBatch.ts"
import { policySampling, withoutOverflow } from "./grpoParts.ts"
import { roundOf } from "./grpoPrompts.ts"

export interface Training {
  /** Those of each iteration. */
  readonly prompts: ReadonlyArray<ArtifactRef>
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
  const user = yield* asStageFailure(
    castUser(simulator, { override: persona, sampling: userSampling(conversing), seed, step }),
  )
  const casting = {
    assistant: tokenAssistant(model, policySampling(recipe, conversing), { role: "assistant", step }),
    opening: user.opening,
    userOf: user.of,
    initial: yield* asStageFailure(policies.base(base)),
    reward,
    limits: conversing,
    guardrails: conversing.guardrails,
    seed: deriveIteration(seed, index),
    step,
  }
  const drawn = yield* promptsIn(training, index)
  const groups: Array<ReadonlyArray<RolledOut>> = []
  const seen = new Set<string>()
  let rounds = 0
  do {
    const prompts = roundOf(drawn, rounds, recipe).filter(({ id }) => !seen.has(id) && seen.add(id))
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

const promptsIn = ({ prompts }: Training, index: number) => {
  const drawn = prompts[index]
  return drawn === undefined ? Effect.die(`iteration ${index} has no prompts`) : conversations.read(drawn)
}
