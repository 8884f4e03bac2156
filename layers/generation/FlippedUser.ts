/**
 * A simulated user by flipped roles: after a system line, the model goes on where the next user turn begins. It is how
 * small models sound like users at all, and how a model fine-tuned on user turns is asked. An empty turn is leaving.
 */
import { Effect } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { Persona } from "../../src/domain/Persona.ts"
import type { Caller } from "../../src/ports/LanguageModel.ts"
import type { TokenModel } from "../llm/TokenModel.ts"
import type { SimulatedUser } from "./Speaker.ts"
import { endOfTurn, textOf } from "./TokenAssistant.ts"

export interface UserSampling {
  readonly maxTokens: number
  /** 0.8 or less for small models: at 1.0 their second turns are gibberish. */
  readonly temperature: number
}

export const flippedUser = (
  model: TokenModel,
  persona: Persona,
  sampling: UserSampling,
  caller: Caller,
): SimulatedUser => {
  const stop = endOfTurn(model)
  return {
    next: ({ messages, seed, attempt }) =>
      Effect.map(
        model.sample({
          prompt: model.template.encode([userSystem(persona), ...messages], "user"),
          maxTokens: sampling.maxTokens,
          temperature: raised(sampling.temperature, attempt),
          seed,
          stop: [stop],
          caller,
        }),
        ({ tokens, key }) => {
          const text = textOf(model.tokenizer, tokens, stop)
          return text === "" ? { _tag: "Left", key } : { _tag: "Said", text, key }
        },
      ),
  }
}

/** The system line of a simulated user, the same in training and in use. */
export const userSystem = (persona: Persona): Message => ({ role: "system", content: persona.prompt })

/** A repeated turn is drawn again a little hotter (paper 1.3): 0.05 more each time, up to 1. */
export const raised = (temperature: number, attempt: number) =>
  attempt === 0 ? temperature : Math.max(temperature, Math.min(temperature + 0.05 * attempt, 1))
