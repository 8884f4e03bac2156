/** The assistant as a chat model on any endpoint: evaluated, not trained. */
import { Effect } from "effect"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { Assistant } from "./Speaker.ts"
import type { AssistantSampling } from "./TokenAssistant.ts"

export const chatAssistant = Effect.fnUntraced(function* (
  model: ModelSpec,
  { system, maxTokens, temperature, topP }: AssistantSampling,
  caller: Caller,
) {
  const languageModel = yield* LanguageModel
  const assistant: Assistant = {
    reply: ({ messages, seed }) =>
      Effect.map(
        languageModel.chat({
          model,
          messages: system === undefined ? messages : [{ role: "system", content: system }, ...messages],
          sampling: { maxTokens, temperature, ...(topP === undefined ? {} : { topP }), seed },
          caller,
        }),
        ({ text, finish, key, usage }) => ({ text: text.trim(), finish, key, usage, model: modelIdentity(model) }),
      ),
  }
  return assistant
})
