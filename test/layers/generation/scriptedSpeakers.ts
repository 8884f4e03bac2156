/** Both sides of a conversation by script, and the settings that tests change. */
import { Effect, Schema } from "effect"
import { readTurn } from "../../../layers/generation/endMarker.ts"
import { Guardrails } from "../../../layers/generation/Guardrails.ts"
import type { Setting } from "../../../layers/generation/converse.ts"
import type { Assistant, AssistantReply, SimulatedUser, UserRequest } from "../../../layers/generation/Speaker.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"

export const decodeRules = Schema.decodeSync(Guardrails)

export const where = { endpoint: "here", model: "m", detail: "d" }

interface Changes {
  readonly prompt?: Partial<Setting["prompt"]>
  readonly sample?: number
  readonly seed?: number
  readonly limits?: Partial<Setting["limits"]>
  readonly guardrails?: typeof Guardrails.Encoded
}

/** Three assistant turns at most, the usual guardrails. */
export const setting = ({ prompt, sample = 0, seed = 7, limits, guardrails = {} }: Changes = {}): Setting => ({
  prompt: { id: "p", opening: "Hi there", intent: "to learn", ...prompt },
  sample,
  seed,
  limits: { turns: 3, ends: "user", closing: "dropped", ...limits },
  guardrails: decodeRules(guardrails),
})

/** `turn` counts assistant turns from 1. What is given beside the text stands in for the usual. */
export const replying = (
  answer: (turn: number) => Effect.Effect<string | (Partial<AssistantReply> & { readonly text: string }), LlmError>,
) => {
  const seeds: Array<number> = []
  const assistant: Assistant = {
    reply: ({ messages, seed }) => {
      seeds.push(seed)
      return Effect.map(answer((messages.length + 1) / 2), (said) => ({
        key: `a${seed}`,
        model: "assistant@1",
        usage: { promptTokens: 10 * messages.length, completionTokens: 10 },
        finish: "stop",
        ...(typeof said === "string" ? { text: said } : said),
      }))
    },
  }
  return { assistant, seeds }
}

/** `turn` counts user turns from 0, the opening. The end marker in a text is leaving. */
export const going = (say: (turn: number, attempt: number) => Effect.Effect<string, LlmError>) => {
  const asked: Array<UserRequest> = []
  const user: SimulatedUser = {
    next: (request) => {
      asked.push(request)
      const { messages, seed, attempt } = request
      return Effect.map(say(messages.length / 2, attempt), (text) =>
        readTurn(text, { key: `u${seed}`, model: "user@1", usage: { promptTokens: 1, completionTokens: 1 } }),
      )
    },
  }
  return { user, asked }
}

export const talker = (turn: number) => Effect.succeed(`reply ${turn}`)
export const asker = (turn: number) => Effect.succeed(`question ${turn}`)

/** Words that no two numbers share. */
export const words = (count: number, of = 0) => Array.from({ length: count }, (_, i) => `w${of}x${i}`).join(" ")
