/** Conversations, and a model of a few bytes to flip them with. */
import { Either, Schema } from "effect"
import { plain } from "../../../layers/generation/personas.ts"
import { makeChatTemplate } from "../../../layers/llm/ChatTemplate.ts"
import { makeTokenizer } from "../../../layers/llm/Tokenizer.ts"
import { SftRecipe } from "../../../layers/training/SftRecipe.ts"
import type { SftSettings } from "../../../layers/training/SftRecipe.ts"
import { sampleOf, speaking } from "../../../layers/training/SftSource.ts"
import type { SftSource } from "../../../layers/training/SftSource.ts"
import type { Conversation } from "../../../src/domain/Conversation.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

export const tokenizer = makeTokenizer(vocabulary, config)
export const codec = { tokenizer, template: makeChatTemplate(tokenizer) }

export const recipeOf = (settings: Partial<SftSettings> = {}): SftRecipe =>
  Schema.decodeSync(SftRecipe)({ rank: 4, learningRate: 1e-3, batchSize: 2, maxTokens: 400, ...settings })

export const sourceOf = (settings: Partial<SftSettings> = {}, options: Partial<SftSource> = {}): SftSource => {
  const recipe = recipeOf(settings)
  return { codec: speaking(codec, recipe.marker), recipe, condition: "intent", personas: plain, seed: 0, ...options }
}

/** Turns in order, from the user on. */
export const conversation = (
  turns: ReadonlyArray<string>,
  intent: string | undefined = "You need tea.",
): Conversation => ({
  id: turns.join("|"),
  user: "u",
  messages: turns.map((content, i) => ({ role: i % 2 === 0 ? "user" : "assistant", content })),
  ...(intent === undefined ? {} : { intent }),
})

export const sample = (turns: ReadonlyArray<string>, settings: Partial<SftSettings> = {}) =>
  Either.getOrThrow(sampleOf(sourceOf(settings), conversation(turns)))
