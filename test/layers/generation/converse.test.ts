import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { converse } from "../../../layers/generation/converse.ts"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import {
  BudgetExhausted,
  ContextOverflow,
  InvalidOutput,
  Misconfigured,
  Refused,
  Unavailable,
} from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { asker, going, replying, setting, talker, where } from "./scriptedSpeakers.ts"

const holding = (
  answer: Parameters<typeof replying>[0],
  say: Parameters<typeof going>[0],
  changes: Parameters<typeof setting>[0] = {},
) => converse(replying(answer).assistant, going(say).user, setting(changes))

const failing = (error: LlmError) => () => Effect.fail(error)

const textsOf = ({ messages }: { readonly messages: ReadonlyArray<{ readonly content: string }> }) =>
  messages.map(({ content }) => content)

describe("a conversation ends", () => {
  it.effect("at the turn limit, with an assistant turn", () =>
    Effect.gen(function* () {
      const dialogue = yield* holding(talker, asker)
      assert.strictEqual(dialogue.ending, "turn-limit")
      assert.isNull(dialogue.failure)
      assert.deepStrictEqual(textsOf(dialogue), [
        "Hi there",
        "reply 1",
        "question 1",
        "reply 2",
        "question 2",
        "reply 3",
      ])
    }),
  )

  it.effect("by a goodbye, whose words are dropped or kept", () =>
    Effect.gen(function* () {
      const thanks = (turn: number) => Effect.succeed(turn === 1 ? "more" : `thx, bye ${endMarker} and so on`)
      const dropped = yield* holding(talker, thanks)
      assert.strictEqual(dropped.ending, "goodbye")
      assert.strictEqual(dropped.closing, "thx, bye")
      assert.deepStrictEqual(textsOf(dropped), ["Hi there", "reply 1", "more", "reply 2"])
      const kept = yield* holding(talker, thanks, { limits: { closing: "kept" } })
      assert.deepStrictEqual(textsOf(kept), [...textsOf(dropped), "thx, bye"])
      assert.strictEqual(kept.turns.length, 5)
      const wordless = yield* holding(talker, () => Effect.succeed(endMarker), { limits: { closing: "kept" } })
      assert.deepStrictEqual([wordless.ending, wordless.closing, wordless.messages.length], ["goodbye", null, 2])
    }),
  )

  it.effect("when it is too long for the limit or for either side's context", () =>
    Effect.gen(function* () {
      // Ten tokens a message: the second reply is the one that reaches the limit.
      const long = yield* holding(talker, asker, { limits: { conversationTokens: 40 } })
      assert.deepStrictEqual([long.ending, long.messages.length], ["length", 4])
      assert.deepStrictEqual(long.failure, { by: "assistant", reason: "the conversation is too long" })
      const just = yield* holding(talker, asker, { limits: { conversationTokens: 61 } })
      assert.strictEqual(just.ending, "turn-limit")
      const overflow = failing(ContextOverflow.make(where))
      const assistant = yield* holding(overflow, asker)
      assert.strictEqual(assistant.ending, "length")
      assert.deepStrictEqual(assistant.failure, { by: "assistant", reason: "context overflow" })
      const user = yield* holding(talker, overflow)
      assert.strictEqual(user.ending, "length")
      assert.deepStrictEqual(user.failure, { by: "infrastructure", reason: "simulator: context overflow" })
    }),
  )

  it.effect("when the assistant says nothing, refuses, or answers in no form", () =>
    Effect.gen(function* () {
      const silent = yield* holding(() => Effect.succeed(" \n"), asker)
      assert.deepStrictEqual(silent.failure, { by: "assistant", reason: "empty reply" })
      assert.strictEqual(silent.turns.length, silent.messages.length)
      const refused = yield* holding(failing(Refused.make(where)), asker)
      assert.deepStrictEqual(refused.failure, { by: "assistant", reason: "refused" })
      const broken = yield* holding(failing(InvalidOutput.make(where)), asker)
      assert.deepStrictEqual(broken.failure, { by: "infrastructure", reason: "invalid output" })
      for (const { ending } of [silent, refused, broken]) assert.strictEqual(ending, "assistant-failure")
    }),
  )

  it.effect("when the simulator's words are refused for good, which is no goodbye", () =>
    Effect.gen(function* () {
      const lost = yield* holding(talker, failing(Refused.make(where)))
      assert.strictEqual(lost.ending, "simulator-outage")
      assert.deepStrictEqual(lost.failure, { by: "infrastructure", reason: "simulator: refused" })
    }),
  )

  it.effect("never by an outage or what a person has to mend: these fail it", () =>
    Effect.gen(function* () {
      for (const error of [
        Unavailable.make(where),
        Misconfigured.make({ ...where, advice: "mend it" }),
        BudgetExhausted.make({ limitMicros: 1, committedMicros: 1, neededMicros: 1 }),
      ]) {
        assert.strictEqual((yield* Effect.flip(holding(talker, failing(error))))._tag, error._tag)
        assert.strictEqual((yield* Effect.flip(holding(failing(error), asker)))._tag, error._tag)
      }
    }),
  )
})

describe("users who go on to the limit", () => {
  it.effect("are asked again when they leave", () =>
    Effect.gen(function* () {
      const leaver = (turn: number, attempt: number) => Effect.succeed(attempt < 2 ? endMarker : `question ${turn}`)
      const dialogue = yield* holding(talker, leaver, { limits: { ends: "limit" } })
      assert.strictEqual(dialogue.ending, "turn-limit")
      assert.deepStrictEqual(dialogue.refusals, [
        { turn: 1, reason: "leaves too early", count: 2 },
        { turn: 2, reason: "leaves too early", count: 2 },
      ])
      const gone = yield* holding(talker, () => Effect.succeed(endMarker), {
        limits: { ends: "limit" },
        guardrails: { exhausted: "accept" },
      })
      assert.strictEqual(gone.ending, "guardrail-exhausted")
    }),
  )
})

describe("an opening by the simulator", () => {
  it.effect("is the first message, drawn like any other turn", () =>
    Effect.gen(function* () {
      const user = going((turn, attempt) => Effect.succeed(turn === 0 && attempt === 0 ? "" : `question ${turn}`))
      const dialogue = yield* converse(
        replying(talker).assistant,
        user.user,
        setting({ prompt: { opening: undefined } }),
      )
      assert.deepStrictEqual(textsOf(dialogue).slice(0, 3), ["question 0", "reply 1", "question 1"])
      assert.deepInclude(dialogue.turns[0], { model: "user@1", attempts: 1, key: `u${user.asked[1]?.seed}` })
      assert.deepStrictEqual(dialogue.refusals, [{ turn: 0, reason: "empty", count: 1 }])
      assert.strictEqual(dialogue.ending, "turn-limit")
    }),
  )

  it.effect("is never a goodbye, whatever is accepted", () =>
    Effect.gen(function* () {
      for (const exhausted of ["end", "accept"] as const) {
        const gone = yield* holding(talker, () => Effect.succeed(endMarker), {
          prompt: { opening: undefined },
          guardrails: { exhausted },
        })
        assert.deepStrictEqual([gone.ending, gone.messages.length], ["guardrail-exhausted", 0])
        assert.deepStrictEqual(gone.refusals, [{ turn: 0, reason: "leaves too early", count: 6 }])
        // Nothing was said that an assistant could be graded by: it is missing, and not a zero.
        assert.deepStrictEqual(gone.failure, { by: "infrastructure", reason: "simulator: no opening" })
      }
    }),
  )
})

describe("what is kept of a conversation", () => {
  it.effect("is a turn for each message, with the call, seed, tokens and log-probabilities behind it", () =>
    Effect.gen(function* () {
      const assistant = replying((turn) =>
        Effect.succeed({ text: `reply ${turn}`, finish: "length", tokens: [turn, 2], logprobs: [-1, -turn] }),
      )
      const user = going(asker)
      const { messages, turns, calls } = yield* converse(assistant.assistant, user.user, setting())
      assert.strictEqual(turns.length, messages.length)
      assert.deepStrictEqual(turns[0], { model: null, key: null, seed: null, attempts: 0 })
      const [seed = -1] = assistant.seeds
      assert.deepStrictEqual(turns[1], {
        model: "assistant@1",
        key: `a${seed}`,
        seed,
        attempts: 0,
        finish: "length",
        tokens: [1, 2],
        logprobs: [-1, -1],
      })
      const asked = user.asked[0]?.seed ?? -1
      assert.deepStrictEqual(turns[2], { model: "user@1", key: `u${asked}`, seed: asked, attempts: 0 })
      assert.deepStrictEqual(
        [null, ...calls],
        turns.map(({ key }) => key),
      )
    }),
  )
})
