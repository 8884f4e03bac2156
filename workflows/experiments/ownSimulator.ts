/** A simulator of one's own: a chat model with the roles turned round, who reads the beginning of every answer and no more. */
import { Effect, Schema } from "effect"
import * as U from "understudy"
import { study } from "./simulators.ts"

const Skimmer = U.Simulator.define({
  name: "Skimmer",
  version: 1,
  settings: Schema.Struct({ model: U.ModelSpec, reads: Schema.Int }),
  speak: ({ model, reads }, { persona, chat }) => ({
    next: ({ messages, intent, ...request }) => {
      const turned = messages.map(({ role, content }): U.Message => ({
        role: role === "user" ? "assistant" : "user",
        content: content.split(" ").slice(0, reads).join(" "),
      }))
      const system = `${persona.description} You want ${intent ?? "to chat"}. Say ${U.Simulator.endMarker} when you have it.`
      const said: ReadonlyArray<U.Message> = [
        { role: "system", content: system },
        ...(turned.length === 0 ? [{ role: "user", content: "What can I do for you?" } as const] : turned),
      ]
      return Effect.map(chat(model, said, request), (reply) => U.Simulator.readTurn(reply.text, reply))
    },
  }),
})

const model = U.Model.openai("gpt-4o-mini-2024-07-18")

export default study("own-simulator", {
  split: U.Split({
    corpus: U.embeddedCorpus(),
    shares: { simulator: 0.3, assistant: 0.2, validation: 0.1, test: 0.4 },
  }),
  simulators: {
    RPUser2: U.RolePlay({ model }),
    Skimmer: Skimmer({ settings: { model, reads: 20 } }),
  },
  assistant: U.InitialAssistant({ model }),
  conversing: { turns: 4, maxTokens: 300 },
  size: { prompts: 40, conversations: 40, openings: 40 },
})
