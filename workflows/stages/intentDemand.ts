/** What writing intents is expected to cost. A token is about four characters. */
import { renderIntentPrompt } from "../../layers/generation/intents/IntentPrompt.ts"
import type { IntentRecipe } from "../../layers/generation/intents/IntentRecipe.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import type { Estimate } from "../../src/index.ts"

/**
 * Of `count` conversations none may have an intent, or all. Expected is one call for each: a conversation of middling
 * length and a sentence with a few thoughts before it.
 */
export const intentDemand = (model: ModelSpec, recipe: IntentRecipe, count: number): Estimate.Demand => {
  const { prompt, maxCharacters, maxTokens, draws } = recipe
  const instructions = renderIntentPrompt(prompt, []).length / 4
  const room = (maxCharacters ?? unlimited) / 4
  const usual = prompt.shown === "user" ? usualTokens / 4 : usualTokens
  return {
    role: "intent",
    model,
    calls: { low: 0, expected: count, high: count * draws },
    promptTokens: {
      low: 0,
      expected: count * (instructions + Math.min(usual, room)),
      high: count * draws * (instructions + room),
    },
    completionTokens: { low: 0, expected: count * Math.min(maxTokens, 150), high: count * draws * maxTokens },
  }
}

/** Of one conversation of WildChat, the assistant's turns included, with these cut at 2,048 characters. */
const usualTokens = 1200

/** Characters that no context of today holds. */
const unlimited = 500_000
