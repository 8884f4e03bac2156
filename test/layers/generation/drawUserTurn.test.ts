import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { converse } from "../../../layers/generation/converse.ts"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import { paperGuardrails } from "../../../layers/generation/Guardrails.ts"
import type { Guardrails } from "../../../layers/generation/Guardrails.ts"
import { ContextOverflow, InvalidOutput } from "../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { Attempt } from "../../../src/durable/Attempt.ts"
import { asker, going, replying, setting, talker, where, words } from "./scriptedSpeakers.ts"

const intent = words(9, 1)
const invalid = InvalidOutput.make({ ...where, key: "useless", text: "{" })

/** A draw that is refused for the reason. */
const refused: Readonly<Record<string, string | LlmError>> = {
  empty: "",
  "too long": words(601),
  "repeats an earlier turn": "hi  THERE",
  "sounds like an assistant": "Certainly! Here you are",
  "copies the intent": `well, ${intent}`,
  "leaves too early": endMarker,
  "invalid reply": invalid,
}
const reasons = Object.keys(refused)

const drawing = (draws: ReadonlyArray<string>, guardrails: typeof Guardrails.Encoded = {}, again = 0) => {
  const user = going((turn, attempt) => {
    const draw = turn === 1 ? refused[draws[attempt] ?? ""] : undefined
    if (draw === undefined) return asker(turn)
    return typeof draw === "string" ? Effect.succeed(draw) : Effect.fail(draw)
  })
  const given = setting({ prompt: { intent }, limits: { turns: 2 }, guardrails: { minTurns: 2, ...guardrails } })
  return Effect.map(
    Effect.provideService(converse(replying(talker).assistant, user.user, given), Attempt, again),
    (dialogue) => ({ dialogue, asked: user.asked.map(({ attempt }) => attempt) }),
  )
}

const counted = (draws: ReadonlyArray<string>) =>
  [...new Set(draws)].map((reason) => ({
    turn: 1,
    reason,
    count: draws.filter((one) => one === reason).length,
  }))

describe("a turn that is refused", () => {
  it.effect.prop(
    "is drawn again, and every refusal counted by turn and reason",
    [fc.array(fc.constantFrom(...reasons), { maxLength: 5 })],
    ([draws]) =>
      Effect.gen(function* () {
        const { dialogue, asked } = yield* drawing(draws)
        assert.strictEqual(dialogue.ending, "turn-limit")
        assert.strictEqual(dialogue.messages[2]?.content, "question 1")
        assert.strictEqual(dialogue.turns[2]?.attempts, draws.length)
        assert.deepStrictEqual(dialogue.refusals, counted(draws))
        assert.deepStrictEqual(asked, [...draws.keys(), draws.length])
        // Every draw was a call, and so were the two replies.
        assert.strictEqual(dialogue.calls.length, draws.length + 3)
      }),
  )

  it.effect.prop(
    "ends the conversation when no draw is left, by a name of its own",
    [fc.array(fc.constantFrom(...reasons), { minLength: 6, maxLength: 6 })],
    ([draws]) =>
      Effect.gen(function* () {
        const { dialogue } = yield* drawing(draws)
        assert.strictEqual(dialogue.ending, "guardrail-exhausted")
        assert.deepStrictEqual(dialogue.refusals, counted(draws))
        // Only answers that are none are missing; what a simulator keeps saying is its own.
        const missing = { by: "infrastructure", reason: "simulator: invalid output" } as const
        assert.deepStrictEqual(dialogue.failure, draws[5] === "invalid reply" ? missing : null)
        assert.strictEqual(dialogue.messages.length, 2)
      }),
  )

  it.effect("is redrawn as often as the guardrails say", () =>
    Effect.gen(function* () {
      for (const redraws of [0, 1, 7]) {
        const { dialogue, asked } = yield* drawing(Array(9).fill("empty"), { redraws })
        assert.strictEqual(asked.length, redraws + 1)
        assert.deepStrictEqual(dialogue.refusals, [{ turn: 1, reason: "empty", count: redraws + 1 }])
      }
    }),
  )

  it.effect("may not be mended: then it is a failure at once", () =>
    Effect.gen(function* () {
      const user = going((_, attempt) =>
        attempt === 0 ? Effect.succeed("") : Effect.fail(ContextOverflow.make(where)),
      )
      const dialogue = yield* converse(replying(talker).assistant, user.user, setting())
      assert.strictEqual(dialogue.ending, "length")
      assert.deepStrictEqual(dialogue.refusals, [{ turn: 1, reason: "empty", count: 1 }])
      assert.strictEqual(user.asked.length, 2)
    }),
  )
})

describe("the paper's preset", () => {
  it.effect("takes the repetition after five redraws, but neither silence nor what is no answer", () =>
    Effect.gen(function* () {
      const rules = { ...paperGuardrails, minTurns: 1 }
      const stuck = yield* drawing(Array(6).fill("repeats an earlier turn"), rules)
      assert.strictEqual(stuck.dialogue.ending, "turn-limit")
      assert.strictEqual(stuck.dialogue.messages[2]?.content, "hi  THERE")
      assert.strictEqual(stuck.dialogue.turns[2]?.attempts, 5)
      assert.deepStrictEqual(stuck.dialogue.refusals, [{ turn: 1, reason: "repeats an earlier turn", count: 6 }])
      for (const reason of ["empty", "invalid reply"]) {
        const { dialogue } = yield* drawing(Array(6).fill(reason), rules)
        assert.strictEqual(dialogue.ending, "guardrail-exhausted")
      }
      const last = yield* drawing([...Array<string>(5).fill("repeats an earlier turn"), "invalid reply"], rules)
      assert.strictEqual(last.dialogue.ending, "guardrail-exhausted")
    }),
  )
})

describe("a step done anew", () => {
  it.effect("draws further where the last answer was none, and only there", () =>
    Effect.gen(function* () {
      const useless = Array<string>(6).fill("invalid reply")
      const mended = yield* drawing(useless, {}, 1)
      assert.deepStrictEqual([mended.dialogue.ending, mended.asked.length], ["turn-limit", 7])
      assert.strictEqual(mended.dialogue.turns[2]?.attempts, 6)
      const still = yield* drawing([...useless, ...useless], {}, 1)
      assert.deepStrictEqual([still.dialogue.ending, still.asked.length], ["guardrail-exhausted", 12])
      const third = yield* drawing([...useless, ...useless], {}, 2)
      assert.deepStrictEqual([third.dialogue.ending, third.asked.length], ["turn-limit", 13])
      const empty = yield* drawing(Array(6).fill("empty"), {}, 3)
      assert.deepStrictEqual([empty.dialogue.ending, empty.asked.length], ["guardrail-exhausted", 6])
      const fine = yield* drawing([], {}, 3)
      assert.strictEqual(fine.asked.length, 1)
    }),
  )
})
