/**
 * The conversation loop: the assistant answers, the simulated user goes on or leaves (paper 1.3). What was judged
 * always ends with an assistant turn. An outage is never a goodbye: transient and operator failures fail the loop,
 * which can be asked again; failures that can't be mended become a typed ending with its reason.
 */
import { Effect } from "effect"
import type { Ending, Message } from "../../src/domain/Conversation.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { RolloutFailure } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import type { Transition } from "../training/GrpoDatums.ts"
import { Attempt } from "../../src/durable/Attempt.ts"
import type { Assistant, SimulatedUser, UserTurn } from "./Speaker.ts"

export interface Setting {
  readonly prompt: { readonly id: string; readonly opening: string; readonly intent: string | undefined }
  /** Which of the repeated rollouts of this prompt. */
  readonly sample: number
  /** The replicate's seed; every call's own seed is derived from it (contract 7). */
  readonly seed: number
  /** Assistant turns at most. */
  readonly maxTurns: number
}

export interface Dialogue {
  readonly messages: ReadonlyArray<Message>
  readonly ending: Ending
  readonly failure: RolloutFailure | null
  readonly transitions: ReadonlyArray<Transition>
  readonly calls: ReadonlyArray<string>
}

export const converse = Effect.fn("converse")(function* (
  assistant: Assistant,
  user: SimulatedUser,
  { prompt, sample, seed, maxTurns }: Setting,
) {
  const seedOf = (side: string, turn: number, attempt: number) =>
    deriveSeed([seed, side, prompt.id, sample, turn, attempt])
  const messages: Array<Message> = [{ role: "user", content: prompt.opening }]
  const transitions: Array<Transition> = []
  const calls: Array<string> = []
  const end = (ending: Ending, failure: RolloutFailure | null = null): Dialogue => ({
    messages,
    ending,
    failure,
    transitions,
    calls,
  })

  for (let turn = 1; ; turn++) {
    const request = { messages: [...messages], before: [...transitions], seed: seedOf("assistant", turn, 0) }
    const reply = yield* keepingData(assistant.reply(request))
    if (reply._tag === "Failed") {
      const ending = reply.error._tag === "ContextOverflow" ? "length" : "assistant-failure"
      // An answer that isn't one of the API is the server's doing, not the model's.
      const by = reply.error._tag === "InvalidOutput" ? "infrastructure" : "assistant"
      return end(ending, { by, reason: reasonOf(reply.error) })
    }
    const { text, key, transition } = reply.value
    calls.push(key)
    if (transition !== undefined) transitions.push(transition)
    messages.push({ role: "assistant", content: text })
    if (text.trim() === "") return end("assistant-failure", { by: "assistant", reason: "empty reply" })
    if (turn === maxTurns) return end("turn-limit")

    const said = yield* keepingData(nextUserTurn(user, messages, prompt.intent, (n) => seedOf("simulator", turn, n)))
    if (said._tag === "Failed") {
      return end("simulator-outage", { by: "infrastructure", reason: `simulator: ${reasonOf(said.error)}` })
    }
    calls.push(...said.value.calls)
    const next = said.value.turn
    if (next === undefined) return end("guardrail-exhausted")
    if (next._tag === "Left") return end("goodbye")
    messages.push({ role: "user", content: next.text })
  }
})

/** A user turn that repeats an earlier one is drawn again, so often at most (paper 1.3). */
const maxRedraws = 5

/** `turn` is absent when every draw repeated an earlier turn. */
const nextUserTurn = Effect.fnUntraced(function* (
  user: SimulatedUser,
  messages: ReadonlyArray<Message>,
  intent: string | undefined,
  seedOf: (attempt: number) => number,
) {
  const calls: Array<string> = []
  // The journal holds the answers that were of no use in earlier attempts of the step, so they don't count this time.
  let forgiven = yield* Attempt
  const earlier = new Set(messages.filter(({ role }) => role === "user").map(({ content }) => normal(content)))
  for (let attempt = 0, draws = maxRedraws; attempt <= draws; attempt++) {
    const drawn = yield* keepingData(user.next({ messages: [...messages], intent, seed: seedOf(attempt), attempt }))
    if (drawn._tag === "Failed") {
      if (forgiven-- <= 0) return yield* Effect.fail(drawn.error)
      draws++
      continue
    }
    const turn: UserTurn = drawn.value
    calls.push(turn.key)
    if (turn._tag === "Left" || !earlier.has(normal(turn.text))) return { turn, calls }
  }
  return { turn: undefined, calls }
})

const normal = (text: string) => text.trim().toLowerCase().replaceAll(/\s+/g, " ")

type Kept<A> = { readonly _tag: "Kept"; readonly value: A } | { readonly _tag: "Failed"; readonly error: LlmError }

/** Data failures as values; all others go on failing. */
const keepingData = <A>(effect: Effect.Effect<A, LlmError>): Effect.Effect<Kept<A>, LlmError> =>
  effect.pipe(
    Effect.map((value): Kept<A> => ({ _tag: "Kept", value })),
    Effect.catchIf(
      (error) => error.kind === "data",
      (error) => Effect.succeed<Kept<A>>({ _tag: "Failed", error }),
    ),
  )

const reasonOf = (error: LlmError) =>
  error._tag === "ContextOverflow"
    ? "context overflow"
    : error._tag === "Refused"
      ? "refused"
      : error._tag === "InvalidOutput"
        ? "invalid output"
        : error._tag
