/**
 * The grid of `simulators.ts` on the small model that comes with the trainer: nothing to configure, a quarter to half of
 * an hour on two cores. It shows that everything works on a real model; a model of 135 million parameters is no capable simulator.
 *
 *     npx understudy run workflows/experiments/simulatorsEmbedded.ts
 *     npx understudy run workflows/experiments/simulatorsEmbedded.ts --corpus logs.jsonl.gz --users each-row
 */
import * as U from "understudy"
import { study } from "./simulators.ts"

const base = U.Model.embedded

// No more of a corpus than is used: intents that its rows lack are written one by one.
const split = U.Intents({
  split: U.Split({
    corpus: U.embeddedCorpus(),
    shares: { simulator: 0.45, assistant: 0.1, validation: 0.05, test: 0.4 },
    most: { simulator: 64, test: 40 },
  }),
  model: base,
  recipe: U.embeddedIntents,
  parts: ["simulator", "test"],
})

const sft = { ...U.Sft.embedded, conversations: 64, heldOut: 16, maxTokens: 192, overflow: "truncate" } as const
const personas = U.Personas.paper

export default study("simulators-embedded", {
  split,
  simulators: {
    RPUser1: U.RolePlay({ model: base, opening: "generated" }),
    RPUser2: U.RolePlay({ model: base }),
    RPUser3: U.RolePlay({ model: base, personas }),
    SFTUser: U.FineTuned({ split, base, recipe: sft }),
    "SFTUser-half": U.FineTuned({ split, base, recipe: { ...sft, conversations: 32 } }),
    "SFTUser-seed1": U.FineTuned({ split, base, recipe: sft, seed: 1 }),
  },
  assistant: U.InitialAssistant({ model: base }),
  conversing: { ...U.embeddedConversing, turns: 3, temperature: 0.7, maxOpening: 300 },
  size: { prompts: 12, conversations: 16, openings: 16, maxTokens: 384, replayed: 8 },
})
