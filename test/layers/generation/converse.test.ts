import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ContextOverflow, InvalidOutput, Unavailable } from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { converse } from "../../../layers/generation/converse.ts"
import type { Assistant, SimulatedUser, UserTurn } from "../../../layers/generation/Speaker.ts"

const where = { endpoint: "here", model: "m", detail: "d" }
const setting = { prompt: { id: "p", opening: "Hi", intent: "to learn" }, sample: 0, seed: 7, maxTurns: 3 }

const replying = (answer: (turn: number) => Effect.Effect<string, LlmError>) => {
  const seeds: Array<number> = []
  const assistant: Assistant = {
    reply: ({ messages, seed }) => {
      seeds.push(seed)
      return Effect.map(answer((messages.length + 1) / 2), (text) => ({ text, finish: "stop", key: `a${seed}` }))
    },
  }
  return { assistant, seeds }
}

const going = (say: (turn: number, attempt: number) => Effect.Effect<string, LlmError>) => {
  const seeds: Array<number> = []
  const user: SimulatedUser = {
    next: ({ messages, seed, attempt }) => {
      seeds.push(seed)
      return Effect.map(say(messages.length / 2, attempt), (text): UserTurn =>
        text === "" ? { _tag: "Left", key: `u${seed}` } : { _tag: "Said", text, key: `u${seed}` },
      )
    },
  }
  return { user, seeds }
}

const talker = (turn: number) => Effect.succeed(`reply ${turn}`)
const asker = (turn: number) => Effect.succeed(`question ${turn}`)

describe("converse", () => {
  it.effect("ends at the turn limit with an assistant turn, every call under a seed of its own", () =>
    Effect.gen(function* () {
      const assistant = replying(talker)
      const user = going(asker)
      const dialogue = yield* converse(assistant.assistant, user.user, setting)
      assert.strictEqual(dialogue.ending, "turn-limit")
      assert.deepStrictEqual(
        dialogue.messages.map(({ content }) => content),
        ["Hi", "reply 1", "question 1", "reply 2", "question 2", "reply 3"],
      )
      const seeds = [...assistant.seeds, ...user.seeds]
      assert.strictEqual(new Set(seeds).size, 5)
      assert.strictEqual(dialogue.calls.length, 5)
      const again = replying(talker)
      yield* converse(again.assistant, going(asker).user, { ...setting, sample: 1 })
      assert.isTrue(again.seeds.every((seed) => !seeds.includes(seed)))
    }),
  )

  it.effect("takes an empty user turn as leaving, never as a message", () =>
    Effect.gen(function* () {
      const user = going((turn) => Effect.succeed(turn === 1 ? "more" : ""))
      const dialogue = yield* converse(replying(talker).assistant, user.user, setting)
      assert.strictEqual(dialogue.ending, "goodbye")
      assert.strictEqual(dialogue.messages.length, 4)
      assert.strictEqual(dialogue.failure, null)
    }),
  )

  it.effect("draws a repeated user turn again, hotter each time, and gives up with a name for it", () =>
    Effect.gen(function* () {
      const attempts: Array<number> = []
      const user = going((_, attempt) => {
        attempts.push(attempt)
        return Effect.succeed(attempt < 2 ? " hi " : "something new")
      })
      const dialogue = yield* converse(replying(talker).assistant, user.user, { ...setting, maxTurns: 2 })
      assert.deepStrictEqual(attempts, [0, 1, 2])
      assert.strictEqual(dialogue.messages[2]?.content, "something new")
      assert.strictEqual(dialogue.calls.length, 5)
      const stuck = yield* converse(replying(talker).assistant, going(() => Effect.succeed("HI")).user, setting)
      assert.strictEqual(stuck.ending, "guardrail-exhausted")
    }),
  )

  it.effect("names what the assistant caused and what the infrastructure caused", () =>
    Effect.gen(function* () {
      const overflow = replying(() => Effect.fail(ContextOverflow.make(where)))
      const long = yield* converse(overflow.assistant, going(asker).user, setting)
      assert.deepStrictEqual([long.ending, long.failure?.by], ["length", "assistant"])
      const silent = yield* converse(replying(() => Effect.succeed("  ")).assistant, going(asker).user, setting)
      assert.deepStrictEqual([silent.ending, silent.failure?.reason], ["assistant-failure", "empty reply"])
      const broken = going(() => Effect.fail(InvalidOutput.make(where)))
      const lost = yield* converse(replying(talker).assistant, broken.user, setting)
      assert.deepStrictEqual([lost.ending, lost.failure?.by], ["simulator-outage", "infrastructure"])
    }),
  )

  it.effect("fails on an outage instead of ending", () =>
    Effect.gen(function* () {
      const down = going(() => Effect.fail(Unavailable.make(where)))
      const error = yield* Effect.flip(converse(replying(talker).assistant, down.user, setting))
      assert.strictEqual(error._tag, "Unavailable")
    }),
  )
})
