/**
 * A fine-tuned simulator behind an OpenAI-compatible `/completions` endpoint, such as vLLM with one of the paper's
 * released checkpoints: the conversation goes out as a raw prompt that ends where the user's turn begins (paper 1.3).
 */
import { Effect } from "effect"
import { Misconfigured } from "../../src/domain/LlmError.ts"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import type { ServedResult } from "../../src/domain/Results.ts"
import { LanguageModel } from "../../src/ports/LanguageModel.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import { rawTemplates, renderRaw } from "../llm/rawTemplates.ts"
import { readTurn } from "./endMarker.ts"
import { pythonStrip } from "./pythonStrip.ts"
import { raised } from "./FlippedUser.ts"
import type { UserSampling } from "./FlippedUser.ts"
import type { SimulatedUser } from "./Speaker.ts"
import { userSystem } from "./userSystem.ts"

/** As the paper samples its fine-tuned simulators. */
export const completionSampling = { temperature: 0.7, topP: 0.9, maxTokens: 1024 } as const satisfies UserSampling

/** It was trained on conversations that begin with the intent, so one without is refused. */
export const completionUser = Effect.fnUntraced(function* (
  { model, template, marker }: Pick<ServedResult, "model" | "template" | "marker">,
  { temperature, topP, maxTokens }: UserSampling,
  caller: Caller,
) {
  const languageModel = yield* LanguageModel
  const format = rawTemplates[template]
  const user: SimulatedUser = {
    next: ({ messages, intent, seed, attempt }) => {
      const system = userSystem("intent", undefined, intent)
      if (system === undefined) return Effect.fail(noIntent(model.name))
      const said = messages.map(({ role, content }) => ({ role, content: pythonStrip(content) }))
      return Effect.map(
        languageModel.complete({
          model,
          prompt: renderRaw(format, [system, ...said], "user"),
          sampling: {
            maxTokens,
            temperature: raised(temperature, attempt),
            ...(topP === undefined ? {} : { topP }),
            seed,
            sampleIndex: attempt,
            stop: [format.endOfTurn, marker],
          },
          extra: verbatim,
          caller,
        }),
        ({ text, key, usage, finish }) => {
          // Where the server gives its tokenizer's own id for an end of turn, the text ends before it.
          const end = text.indexOf(format.endOfTurn)
          const spoken = { key, model: modelIdentity(model), usage, finish }
          return readTurn(end < 0 ? text : text.slice(0, end), spoken, marker)
        },
      )
    },
  }
  return user
})

/**
 * vLLM's own fields: the prompt is taken as it is, and special tokens come back as text, the one that ended the answer
 * too. Without them the end marker can't be told from the end of a turn.
 */
const verbatim = {
  add_special_tokens: false,
  skip_special_tokens: false,
  spaces_between_special_tokens: false,
  include_stop_str_in_output: true,
} as const

const noIntent = (model: string) =>
  Misconfigured.make({
    endpoint: "the simulator",
    model,
    detail: "the conversation has no intent, and this simulator was trained to be told one",
    advice: "Put U.Intents between the corpus and what uses it, or take a simulator that needs no intent.",
  })
