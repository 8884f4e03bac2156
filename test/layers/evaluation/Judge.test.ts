import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { Judge } from "../../../layers/evaluation/Judge.ts"
import type { Judged } from "../../../layers/evaluation/Judge.ts"
import { Reward } from "../../../layers/evaluation/Reward.ts"
import type { RubricReward } from "../../../layers/evaluation/Reward.ts"
import { Unavailable } from "../../../src/domain/LlmError.ts"
import { CallJournal } from "../../../src/journal/CallJournal.ts"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import type { ChatRequest } from "../../../src/ports/LanguageModel.ts"

/** Models journal their calls themselves; of rewards only programs do. */
const noJournal = Layer.succeed(CallJournal, {
  call: () => Effect.die("not used"),
} as unknown as typeof CallJournal.Service)

const judgeA = { provider: "openai", name: "a" } as const
const judgeB = { provider: "openai", name: "b" } as const
const checklist = Schema.decodeSync(Reward)({
  _tag: "ChecklistReward",
  checks: [{ kind: "ends-with-punctuation" }, { kind: "mentions", any: ["oslo"] }],
})
const rubric = Schema.decodeSync(Reward)({ _tag: "RubricReward", judges: [judgeA, judgeB] })

const judged = (replies: ReadonlyArray<string>, fluency?: number): Judged => ({
  dialogue: {
    messages: replies.flatMap((content, i) => [
      { role: "user", content: i === 0 ? "Which train goes to Oslo tonight?" : "and then?" } as const,
      { role: "assistant", content } as const,
    ]),
    turns: [],
    ending: "turn-limit",
    closing: null,
    failure: null,
    refusals: [],
    transitions: [],
    replyTokens: replies.map((reply) => reply.length),
    calls: [],
  },
  prompt: { id: "p", user: "u", messages: [], intent: "go to Oslo", checklist: [{ kind: "no-list" }] },
  fluency,
  caller: { role: "judge", step: "s" },
})

const answering = (answer: (request: ChatRequest) => Effect.Effect<string, Unavailable>) => {
  const asked: Array<ChatRequest> = []
  const chat = (request: ChatRequest) => {
    asked.push(request)
    const usage = { promptTokens: 1, completionTokens: 1 }
    return Effect.map(answer(request), (text) => ({ text, finish: "stop" as const, usage, key: "k" }))
  }
  const model = Layer.succeed(LanguageModel, LanguageModel.of({ chat, complete: () => Effect.die("not used") }))
  return { asked, layer: Judge.layer.pipe(Layer.provide(model), Layer.provide(noJournal)) }
}
const verdict = (reward: Reward, of: Judged) => Effect.flatMap(Judge, (judge) => judge.verdict(reward, of))

describe("a checklist judge", () => {
  const { layer } = answering(() => Effect.die("not used"))
  it.effect("counts checks over replies, the conversation's own among them", () =>
    Effect.gen(function* () {
      const half = yield* verdict(checklist, judged(["Take the night train to Oslo.", "It leaves at"]))
      assert.closeTo(half.measures["checklist"] ?? 0, (0.5 + 1 + 1) / 3, 1e-9)
      assert.deepStrictEqual(
        half.checks.map(({ passed }) => passed),
        [false, true, true],
      )
      assert.strictEqual(half.reward, half.measures["checklist"])
    }).pipe(Effect.provide(layer)),
  )

  it.effect("takes off for echoes, repetition and words that the initial model finds unlikely", () =>
    Effect.gen(function* () {
      const plain = yield* verdict(checklist, judged(["Take the night train to Oslo."], -2))
      const echo = yield* verdict(checklist, judged(["Which train goes to Oslo tonight."], -2))
      const odd = yield* verdict(checklist, judged(["Take the night train to Oslo."], -9))
      const moved = yield* verdict(checklist, judged(["Tonight: train, Oslo!"], -2))
      const loop = yield* verdict(checklist, judged(["Oslo Oslo Oslo Oslo Oslo Oslo."], -2))
      assert.strictEqual(plain.reward, 1)
      for (const { reward } of [echo, moved, odd, loop]) assert.isAtMost(reward, 0.7)
    }).pipe(Effect.provide(layer)),
  )
})

describe("a rubric judge", () => {
  it.effect("averages its judges, and asks again for an answer without the right form", () =>
    Effect.gen(function* () {
      const { asked, layer } = answering(({ model, sampling }) =>
        Effect.succeed(
          model.name === "a"
            ? '{"thought":"good","score":8}'
            : sampling.sampleIndex === 0
              ? "eight"
              : '{"thought":"so","score":4}',
        ),
      )
      const { reward, checks } = yield* Effect.provide(verdict(rubric, judged(["Take it."])), layer)
      assert.closeTo(reward, 0.6, 1e-9)
      assert.strictEqual(asked.length, 3)
      assert.deepStrictEqual(
        checks.map(({ check }) => check),
        ["a", "b"],
      )
    }),
  )

  it.effect("says what each judge came to where one fails, and by which words it was asked", () =>
    Effect.gen(function* () {
      const { layer } = answering(({ model }) =>
        Effect.succeed(model.name === "a" ? '{"thought":"good","score":8}' : '{"score":11}'),
      )
      const error = yield* Effect.flip(Effect.provide(verdict(rubric, judged(["Take it."])), layer))
      if (error._tag !== "Unscored") return assert.fail(error.message)
      assert.strictEqual(error.reason, "judge b: invalid output")
      assert.deepStrictEqual(
        error.judges.map(({ judge, score, failure }) => [judge, score, failure]),
        [
          ["a", 8, null],
          ["b", null, "invalid output"],
        ],
      )
      const all = yield* Effect.forEach(["Take it.", "Leave it."], (reply) =>
        Effect.flip(Effect.provide(verdict(rubric, judged([reply])), layer)),
      )
      const other = { ...(rubric as RubricReward), rubric: "brevity" }
      all.push(yield* Effect.flip(Effect.provide(verdict(other, judged(["Take it."])), layer)))
      const [one, same, brief] = all.map((found) => (found._tag === "Unscored" ? found.judges[0]?.prompt : ""))
      assert.match(one ?? "", /^[0-9a-f]{64}$/)
      assert.strictEqual(one, same)
      assert.notStrictEqual(one, brief)
    }),
  )

  it.effect("fails where a judge fails, and never gives a zero for it", () =>
    Effect.gen(function* () {
      const wrong = answering(() => Effect.succeed('{"score":11}'))
      const error = yield* Effect.flip(Effect.provide(verdict(rubric, judged(["Take it."])), wrong.layer))
      assert.deepStrictEqual([error._tag, error.kind], ["Unscored", "data"])
      const down = answering(() => Effect.fail(Unavailable.make({ endpoint: "e", model: "m", detail: "down" })))
      const outage = yield* Effect.flip(Effect.provide(verdict(rubric, judged(["Take it."])), down.layer))
      assert.strictEqual(outage.kind, "transient")
    }),
  )
})
