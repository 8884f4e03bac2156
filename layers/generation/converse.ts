/**
 * The conversation loop: the assistant answers, the simulated user goes on or leaves (paper 1.3). What is judged always
 * ends with an assistant turn. An outage is never a goodbye: transient and operator failures fail the loop, which can be
 * asked again; failures that can't be mended become a typed ending with its reason.
 */
import { Effect } from "effect"
import type { Ending, Message } from "../../src/domain/Conversation.ts"
import type { Refusal, RolloutFailure, Turn } from "../../src/domain/Rollout.ts"
import { deriveSeed } from "../../src/domain/Seed.ts"
import type { Transition } from "../training/GrpoDatums.ts"
import { keepingData, reasonOf } from "./dataFailures.ts"
import type { Guardrails } from "./Guardrails.ts"
import { drawUserTurn } from "./drawUserTurn.ts"
import type { Assistant, SimulatedUser, Spoken } from "./Speaker.ts"

export interface Setting {
  readonly prompt: {
    readonly id: string
    /** Undefined where the simulator writes it. */
    readonly opening: string | undefined
    readonly intent: string | undefined
  }
  /** A conversation that ends with a reply, gone on with from there. Its turns count towards the limits. */
  readonly goesOn?: Begun | undefined
  /** Which of the repeated rollouts of this prompt. */
  readonly sample: number
  /** The replicate's seed; every call's own seed is derived from it (contract 7). */
  readonly seed: number
  readonly limits: ConversationLimits
  readonly guardrails: Guardrails
}

export type Begun = Pick<Dialogue, "messages" | "turns" | "transitions" | "replyTokens">

export interface ConversationLimits {
  /** Assistant turns at most. */
  readonly turns: number
  /** Tokens of the whole conversation at most, as the assistant's model counts them. */
  readonly conversationTokens?: number | undefined
  /** `limit`: users may not leave. */
  readonly ends: "user" | "limit"
  /** Whether a user's words beside the end marker are a last message of the conversation, or only noted. */
  readonly closing: "kept" | "dropped"
}

export interface Dialogue {
  readonly messages: ReadonlyArray<Message>
  /** One for each message. */
  readonly turns: ReadonlyArray<Turn>
  readonly ending: Ending
  readonly closing: string | null
  readonly failure: RolloutFailure | null
  readonly refusals: ReadonlyArray<Refusal>
  readonly transitions: ReadonlyArray<Transition>
  /** Tokens of each assistant turn, as its endpoint counts them. */
  readonly replyTokens: ReadonlyArray<number>
  /** Journal keys of all calls in order, those of refused turns among them. */
  readonly calls: ReadonlyArray<string>
}

export const converse = Effect.fn("converse")(function* (
  assistant: Assistant,
  user: SimulatedUser,
  { prompt, goesOn, sample, seed, limits, guardrails }: Setting,
) {
  const seedOf = (side: string, turn: number, attempt: number) =>
    deriveSeed([seed, side, prompt.id, sample, turn, attempt])
  const messages: Array<Message> = [...(goesOn?.messages ?? [])]
  const turns: Array<Turn> = [...(goesOn?.turns ?? [])]
  const transitions: Array<Transition> = [...(goesOn?.transitions ?? [])]
  const replyTokens: Array<number> = [...(goesOn?.replyTokens ?? [])]
  const refusals: Array<Refusal> = []
  const calls: Array<string> = []
  const say = (message: Message, turn: Turn) => {
    messages.push(message)
    turns.push(turn)
  }
  const end = (ending: Ending, failure: RolloutFailure | null = null, closing: string | null = null): Dialogue => ({
    messages,
    turns,
    ending,
    closing,
    failure,
    refusals,
    transitions,
    replyTokens,
    calls,
  })
  /** Undefined when the user has spoken, else how the conversation ended. */
  const userSpeaks = Effect.fnUntraced(function* (turn: number) {
    const drawn = yield* drawUserTurn(user, guardrails, {
      messages: [...messages],
      intent: prompt.intent,
      mayLeave: limits.ends === "user",
      seedOf: (attempt) => seedOf("simulator", turn, attempt),
    })
    calls.push(...drawn.calls)
    refusals.push(...drawn.refusals.map(({ reason, count }) => ({ turn, reason, count })))
    if (drawn._tag === "Failed") return end(drawn.ending, drawn.failure)
    const { said, seed, attempts } = drawn
    if (said._tag === "Said") {
      say({ role: "user", content: said.text }, turnOf(said, seed, attempts))
      return undefined
    }
    if (said.closing !== null && limits.closing === "kept") {
      say({ role: "user", content: said.closing }, turnOf(said, seed, attempts))
    }
    return end("goodbye", null, said.closing)
  })

  const begun = replyTokens.length
  if (begun > 0) {
    const ended = yield* userSpeaks(begun)
    if (ended !== undefined) return ended
  } else if (prompt.opening === undefined) {
    const ended = yield* userSpeaks(0)
    // A conversation that never began says nothing of the assistant.
    if (ended !== undefined) return { ...ended, failure: ended.failure ?? noOpening }
  } else {
    say({ role: "user", content: prompt.opening }, { model: null, key: null, seed: null, attempts: 0 })
  }
  for (let turn = begun + 1; ; turn++) {
    const own = seedOf("assistant", turn, 0)
    const reply = yield* keepingData(assistant.reply({ messages: [...messages], before: [...transitions], seed: own }))
    if (reply._tag === "Failed") {
      const ending = reply.error._tag === "ContextOverflow" ? "length" : "assistant-failure"
      // An answer that isn't one of the API is the server's doing, not the model's.
      const by = reply.error._tag === "InvalidOutput" ? "infrastructure" : "assistant"
      return end(ending, { by, reason: reasonOf(reply.error) })
    }
    const { text, key, transition, usage } = reply.value
    calls.push(key)
    if (transition !== undefined) transitions.push(transition)
    replyTokens.push(usage.completionTokens)
    say({ role: "assistant", content: text }, turnOf(reply.value, own, 0))
    if (text.trim() === "") return end("assistant-failure", { by: "assistant", reason: "empty reply" })
    if (usage.promptTokens + usage.completionTokens >= (limits.conversationTokens ?? Infinity)) {
      return end("length", { by: "assistant", reason: "the conversation is too long" })
    }
    if (turn === limits.turns) return end("turn-limit")
    const ended = yield* userSpeaks(turn)
    if (ended !== undefined) return ended
  }
})

const noOpening: RolloutFailure = { by: "infrastructure", reason: "simulator: no opening" }

export const turnOf = ({ model, key, finish, tokens, logprobs }: Spoken, seed: number, attempts: number): Turn => ({
  model,
  key,
  seed,
  attempts,
  ...(finish === undefined ? {} : { finish }),
  ...(tokens === undefined ? {} : { tokens }),
  ...(logprobs === undefined ? {} : { logprobs }),
})
