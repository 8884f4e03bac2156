/** What a request to the scripted endpoint is: who is asked, in which conversation, for which turn. */
import type { Arrival } from "../../support/ScriptedOpenAi.ts"

export interface Asked {
  readonly side: "assistant" | "simulator"
  /** Of the conversation, as its opening says it. */
  readonly name: string
  /** The assistant's from 1; the simulator's too, since the opening is real. */
  readonly turn: number
  /** Of the simulator: draws of this turn that were refused before. Its temperature tells. */
  readonly attempt: number
}

export const openingOf = (name: string) => `Tell me about ${name}`

export const userTemperature = 0.5

export const asked = ({ body }: Arrival): Asked => {
  const messages = body["messages"] as ReadonlyArray<{ readonly role: string; readonly content: string }>
  const all = messages.map(({ content }) => content).join("\n")
  const name = /Tell me about (\S+)/.exec(all)?.[1] ?? "nobody"
  if (body["response_format"] === undefined)
    return { side: "assistant", name, turn: (messages.length + 1) / 2, attempt: 0 }
  const turn = all.match(/^ASSISTANT: /gm)?.length ?? 0
  return { side: "simulator", name, turn, attempt: Math.round((Number(body["temperature"]) - userTemperature) / 0.05) }
}
