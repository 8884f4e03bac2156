/** What a fine-tuning step will ask of the trainer, as far as it is known before the corpus is. */
import { stepsOf } from "../../layers/training/SftSequences.ts"
import type { SftRecipe } from "../../layers/training/SftRecipe.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Estimate } from "../../src/index.ts"

/**
 * `all` is how many conversations the split holds. Where the recipe sets no bound, its parts are taken to be the paper's
 * shares, and the whole at most. Packs are counted as if each held one conversation.
 */
export const sftDemand = (base: ModelSpec, recipe: SftRecipe, all: number): Estimate.Demand => {
  const { maxTokens, epochs, evaluateEvery } = recipe
  const sized = (share: { readonly simulator: number; readonly validation: number; readonly test: number }) => {
    const conversations = Math.ceil(Math.min(all * share.simulator, recipe.conversations ?? all))
    const held = Math.ceil(Math.min(all * share.test, recipe.heldOut ?? all))
    const validation = Math.ceil(Math.min(all * share.validation, recipe.validation ?? all))
    const steps = stepsOf(conversations, recipe)
    const evaluations = evaluateEvery === undefined ? 0 : 1 + Math.ceil(steps / evaluateEvery)
    return { calls: steps + 2 + evaluations, sequences: conversations * epochs + 2 * held + evaluations * validation }
  }
  const expected = sized({ simulator: 0.89, validation: 0.05, test: 0.06 })
  const high = sized({ simulator: 1, validation: 1, test: 1 })
  return {
    role: "trainer",
    model: base,
    calls: {
      low: recipe.patience === undefined ? Math.ceil(expected.calls / 2) : 1,
      expected: expected.calls,
      high: high.calls,
    },
    promptTokens: {
      low: expected.sequences * 0.1 * maxTokens,
      expected: expected.sequences * 0.6 * maxTokens,
      high: high.sequences * maxTokens,
    },
    completionTokens: Estimate.exactly(0),
  }
}
