/** Models that write intents: as text behind an endpoint, or in tokens, where the required words are given to them. */
import { Effect } from "effect"
import type { Message } from "../../../src/domain/Conversation.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import type { ModelSpec } from "../../../src/domain/ModelSpec.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import type { TokenModel } from "../../llm/TokenModel.ts"
import { endOfTurn } from "../TokenAssistant.ts"
import { intentOpening, renderIntentPrompt } from "./IntentPrompt.ts"
import type { IntentRecipe } from "./IntentRecipe.ts"
import type { Answer } from "./readIntent.ts"

export interface IntentWriter {
  readonly write: (request: IntentRequest) => Effect.Effect<Written, LlmError>
}

export interface IntentRequest {
  /** As they are shown: shortened where they are too long. */
  readonly messages: ReadonlyArray<Message>
  readonly seed: number
  readonly attempt: number
}

export interface Written extends Answer {
  /** The key of the call in the journal. */
  readonly key: string
}

export const chatIntentWriter = Effect.fnUntraced(function* (model: ModelSpec, recipe: IntentRecipe, step: string) {
  const languageModel = yield* LanguageModel
  const { prompt, maxTokens, temperature, topP } = recipe
  const writer: IntentWriter = {
    write: ({ messages, seed, attempt }) =>
      languageModel.chat({
        model,
        messages: [{ role: "user", content: renderIntentPrompt(prompt, messages) }],
        sampling: { maxTokens, temperature, topP, seed, sampleIndex: attempt },
        caller: { role: "intent", step },
      }),
  }
  return writer
})

/** The answer is the required words and the first sentence of what the model goes on with: small models don't stop. */
export const tokenIntentWriter = (model: TokenModel, recipe: IntentRecipe, step: string): IntentWriter => {
  const { tokenizer, template } = model
  const { prompt, maxTokens, temperature } = recipe
  const stop = endOfTurn(model)
  return {
    write: ({ messages, seed }) => {
      const asked: Message = { role: "user", content: renderIntentPrompt(prompt, messages) }
      return Effect.map(
        model.sample({
          prompt: tokenizer.encode(template.render([asked], "assistant") + intentOpening),
          maxTokens,
          temperature,
          seed,
          stop: [stop],
          caller: { role: "intent", step },
        }),
        ({ tokens, finish, key }) => {
          const text = tokenizer.decode(tokens.at(-1) === stop ? tokens.slice(0, -1) : tokens).trimEnd()
          const sentence = firstSentence.exec(text)?.[0]
          return { text: intentOpening + (sentence ?? text), finish: sentence === undefined ? finish : "stop", key }
        },
      )
    },
  }
}

/** Up to a full stop or the end of the line. */
const firstSentence = /^.*?(?:[.!?](?=\s|$)|(?=[\r\n]))/
