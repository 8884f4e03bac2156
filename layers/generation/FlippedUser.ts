/**
 * A simulated user by flipped roles: after a system line, the model goes on where the next user turn begins. It is how
 * small models sound like users at all, and how a model fine-tuned on user turns is asked. An empty turn is leaving,
 * and so is the end marker.
 */
import { Effect } from "effect"
import type { Persona } from "../../src/domain/Persona.ts"
import type { Condition } from "../../src/domain/Results.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import { endMarker, readTurn } from "./endMarker.ts"
import { pythonStrip } from "./pythonStrip.ts"
import type { SimulatedUser } from "./Speaker.ts"
import { endOfTurn, textOf } from "./TokenAssistant.ts"
import { userSystem } from "./userSystem.ts"

export interface UserSampling {
  readonly maxTokens: number
  /** 0.8 or less for small models: at 1.0 their second turns are gibberish. */
  readonly temperature: number
  readonly topP?: number | undefined
}

export const flippedUser = (
  model: TokenModel,
  { persona, condition }: { readonly persona: Persona; readonly condition: Condition },
  sampling: UserSampling,
  caller: Caller,
): SimulatedUser => {
  const stop = endOfTurn(model)
  const marker = model.tokenizer.specialTokens.get(endMarker)
  return {
    next: ({ messages, intent, seed, attempt }) => {
      const system = userSystem(condition, persona, intent)
      // As in training, where nothing stands around what was said.
      const said = messages.map(({ role, content }) => ({ role, content: pythonStrip(content) }))
      const prompt = model.template.encode(system === undefined ? said : [system, ...said], "user")
      return Effect.map(
        model.sample({
          prompt,
          maxTokens: sampling.maxTokens,
          temperature: raised(sampling.temperature, attempt),
          topP: sampling.topP,
          seed,
          stop: marker === undefined ? [stop] : [stop, marker],
          caller,
        }),
        ({ tokens, logprobs, finish, key }) => {
          const text = textOf(model.tokenizer, tokens, stop)
          const usage = { promptTokens: prompt.length, completionTokens: tokens.length }
          const spoken = { key, model: model.identity, usage, finish, tokens, logprobs }
          return text === "" ? { _tag: "Left", closing: null, ...spoken } : readTurn(text, spoken)
        },
      )
    },
  }
}

/** A turn that was refused is drawn again a little hotter (paper 1.3): 0.05 more each time, up to 1. */
export const raised = (temperature: number, attempt: number) =>
  attempt === 0 ? temperature : Math.max(temperature, Math.min(temperature + 0.05 * attempt, 1))
