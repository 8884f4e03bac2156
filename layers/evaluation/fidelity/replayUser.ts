/**
 * A simulator in the place of a real user, teacher-forced: at each of its turns after the opening, and once after its
 * last, the simulator is given what was really said so far and says what it would (paper 1.9, 3.9). What it says changes
 * nothing of what it is given next.
 */
import { Effect } from "effect"
import type { Conversation } from "../../../src/domain/Conversation.ts"
import { deriveSeed } from "../../../src/domain/Seed.ts"
import { turnOf } from "../../generation/converse.ts"
import { drawUserTurn } from "../../generation/drawUserTurn.ts"
import type { Guardrails } from "../../generation/Guardrails.ts"
import type { SimulatedUser } from "../../generation/Speaker.ts"
import type { ReplayedPlace, ReplayRow } from "./rows.ts"

export interface Replaying {
  readonly guardrails: Guardrails
  readonly seed: number
  /** Whether it writes an opening from the intent too, where there is one: place 1. */
  readonly opening: boolean
  /** Places after the opening, at most. */
  readonly most: number
  /** `stop`: nothing is asked after its first end, as the paper has it. */
  readonly afterEnd: "go-on" | "stop"
}

export const replayUser = Effect.fn("replayUser")(function* (
  { user, persona }: { readonly user: SimulatedUser; readonly persona: string },
  conversation: Conversation,
  { guardrails, seed, opening, most, afterEnd }: Replaying,
) {
  const { id, messages, intent } = conversation
  const ask = Effect.fnUntraced(function* (at: number) {
    const position = positionAt(at)
    const drawn = yield* drawUserTurn(user, guardrails, {
      messages: messages.slice(0, at),
      intent,
      mayLeave: at > 0,
      seedOf: (attempt) => deriveSeed([seed, "replay", id, position, attempt]),
    })
    const known = {
      position,
      human: messages[at]?.content ?? null,
      refusals: drawn.refusals,
      calls: drawn.calls,
    }
    if (drawn._tag === "Failed") {
      const none = { simulated: null, ended: null, closing: null, turn: null }
      return { ...known, ...none, failure: drawn.failure } satisfies ReplayedPlace
    }
    const { said } = drawn
    return {
      ...known,
      simulated: said._tag === "Said" ? said.text : null,
      ended: said._tag === "Left",
      closing: said._tag === "Left" ? said.closing : null,
      turn: turnOf(said, drawn.seed, drawn.attempts),
      failure: null,
    } satisfies ReplayedPlace
  })
  const first = opening && (intent ?? "").trim() !== "" ? [yield* ask(0)] : []
  const asked = placesOf(conversation, most)
  const places: Array<ReplayedPlace> = []
  if (afterEnd === "go-on") places.push(...(yield* Effect.forEach(asked, ask, { concurrency: "unbounded" })))
  else {
    for (const at of asked) {
      places.push(yield* ask(at))
      if (places.at(-1)?.ended === true) break
    }
  }
  const last = asked.at(-1)
  return {
    conversation: id,
    user: conversation.user,
    persona,
    messages: messages.slice(0, (last ?? 0) + 1),
    places: [...first, ...places],
    end: last === messages.length ? positionAt(last) : null,
  } satisfies ReplayRow
})

/** Where in the messages the user had the word after an answer; the last one is where it said nothing more. */
export const placesOf = ({ messages }: Pick<Conversation, "messages">, most: number): ReadonlyArray<number> =>
  messages.flatMap(({ role }, at) => (role === "assistant" ? [at + 1] : [])).slice(0, most)

/** Roles alternate from the user. */
const positionAt = (at: number) => at / 2 + 1
