/** What training an assistant is expected to cost: rollouts of training and of validation, and optimizer steps. */
import type { Reward } from "../../layers/evaluation/Reward.ts"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Estimate } from "../../src/index.ts"
import type { Step } from "../../src/index.ts"
import type { Conversing } from "./Conversing.ts"
import { bounded } from "./grpoParts.ts"
import { modelOf, opensOf, rolloutDemands } from "./rolloutDemands.ts"
import { talkTokens } from "./talkTokens.ts"

export interface Training {
  readonly base: ModelSpec
  readonly simulator: Step.Step<unknown, unknown>
  readonly reward: Reward
  readonly recipe: GrpoRecipe
  readonly conversing: Conversing
}

export const grpoDemands = ({ base, simulator, reward, recipe, ...given }: Training) => {
  const { iterations, prompts, rollouts, rounds, epochs, miniBatch = prompts } = recipe
  const count = iterations * prompts * rollouts
  const all = count + validationRollouts(recipe)
  const steps = iterations * epochs * Math.ceil(prompts / miniBatch)
  const conversing = bounded(given.conversing, recipe.limits ?? {})
  const opens = opensOf(simulator)
  const trainer: Estimate.Demand = {
    role: "trainer",
    model: base,
    calls: Estimate.exactly(steps),
    promptTokens: Estimate.scale(talkTokens({ conversing, opens }).sequence([conversing.turns]), count * epochs),
    completionTokens: Estimate.exactly(0),
  }
  const models = { assistant: base, simulator: modelOf(simulator) }
  const demands = rolloutDemands({ count: all, conversing, opens, reward, ...models })
  // Further rounds are drawn only where groups teach nothing.
  const most = (count * rounds + all - count) / all
  return [...demands.map((demand) => atMost(demand, most)), trainer]
}

/** Every so often and after the last iteration. */
const validationRollouts = ({ validation, iterations }: GrpoRecipe): number =>
  validation === undefined ? 0 : Math.ceil(iterations / validation.every) * validation.prompts * validation.samples

const atMost = (demand: Estimate.Demand, factor: number): Estimate.Demand => {
  const raised = (range: Estimate.Range) => ({ ...range, high: range.high * factor })
  return {
    ...demand,
    calls: raised(demand.calls),
    promptTokens: raised(demand.promptTokens),
    completionTokens: raised(demand.completionTokens),
  }
}
