/** A first turn that a simulator writes from the intent, as a conversation that ends there. */
import { Effect } from "effect"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { Rollout } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import { turnOf } from "./converse.ts"
import { drawUserTurn } from "./drawUserTurn.ts"
import type { Guardrails } from "./Guardrails.ts"
import type { SimulatedUser } from "./Speaker.ts"

export const writeOpening = Effect.fn("writeOpening")(function* (
  { user, persona }: { readonly user: SimulatedUser; readonly persona: string },
  prompt: Conversation,
  { guardrails, seed }: { readonly guardrails: Guardrails; readonly seed: number },
) {
  const drawn = yield* drawUserTurn(user, guardrails, {
    messages: [],
    intent: prompt.intent,
    mayLeave: false,
    seedOf: (attempt) => deriveSeed([seed, "opening", prompt.id, 0, attempt]),
  })
  const said = drawn._tag === "Drawn" && drawn.said._tag === "Said" ? drawn.said : undefined
  const failed = drawn._tag === "Failed" ? drawn : undefined
  const rollout: Rollout = {
    prompt: prompt.id,
    sample: 0,
    persona,
    messages: said === undefined ? [] : [{ role: "user", content: said.text }],
    turns: said === undefined || drawn._tag === "Failed" ? [] : [turnOf(said, drawn.seed, drawn.attempts)],
    ending: failed?.ending ?? "turn-limit",
    closing: null,
    refusals: drawn.refusals.map(({ reason, count }) => ({ turn: 0, reason, count })),
    verdict: null,
    failure: failed?.failure ?? null,
    calls: drawn.calls,
  }
  return rollout
})
