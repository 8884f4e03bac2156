import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { chatChecklistJudge, tokenChecklistJudge } from "../../../../layers/evaluation/judges/ChecklistJudge.ts"
import { checklistPrompt, checklistPromptHash } from "../../../../layers/evaluation/judges/checklistPrompt.ts"
import { firstIsA, outcomeOf, pairJudge } from "../../../../layers/evaluation/judges/PairJudge.ts"
import { scoreJudge } from "../../../../layers/evaluation/judges/ScoreJudge.ts"
import type { Choice } from "../../../../layers/evaluation/wildbench/lengthPenalty.ts"
import { InvalidOutput, Refused, Unavailable } from "../../../../src/domain/LlmError.ts"
import type { LlmError } from "../../../../src/domain/LlmError.ts"
import { Attempt } from "../../../../src/durable/Attempt.ts"
import type { WildBenchTask } from "../../../../src/domain/WildBench.ts"
import { LanguageModel } from "../../../../src/ports/LanguageModel.ts"
import type { ChatRequest } from "../../../../src/ports/LanguageModel.ts"
import { chatBody } from "../../../../layers/llm/openAiBodies.ts"
import { wordTokens } from "./wordTokens.ts"

const model = { provider: "openai", name: "judge-a" } as const
const options = { maxTokens: 500, seed: 0, step: "s" }
const task: WildBenchTask = {
  session: "s1",
  messages: [
    { role: "user", content: "hi" },
    { role: "assistant", content: "Hello." },
    { role: "user", content: "Name two rivers." },
  ],
  checklist: ["Two rivers are named.", "Nothing else is said."],
  primaryTag: "Information seeking",
  secondaryTags: [],
}
const where = { endpoint: "e", model: "judge-a", detail: "d" }

/** Answers by a function of the request, given how many came before. */
const answering = (answer: (request: ChatRequest, before: number) => string | LlmError) => {
  const asked: Array<ChatRequest> = []
  const chat = (request: ChatRequest) => {
    const said = answer(request, asked.length)
    asked.push(request)
    const usage = { promptTokens: 1, completionTokens: 1 }
    return typeof said === "string"
      ? Effect.succeed({ text: said, finish: "stop" as const, usage, key: `k${asked.length}` })
      : Effect.fail(said)
  }
  const layer = Layer.succeed(LanguageModel, LanguageModel.of({ chat, complete: () => Effect.die("not used") }))
  return { asked, layer }
}
const check = (answer: Parameters<typeof answering>[0]) => {
  const { asked, layer } = answering(answer)
  const judged = chatChecklistJudge(model, options)({ task, output: "Po, Ob." }).pipe(Effect.provide(layer))
  return { asked, judged }
}
const verdicts = (...satisfied: ReadonlyArray<boolean>) =>
  JSON.stringify({ verdicts: satisfied.map((one, i) => ({ item: i + 1, reason: "r", satisfied: one })) })

describe("a checklist judge", () => {
  it.effect("asks once for all items, with the strict form beside the question", () =>
    Effect.gen(function* () {
      const { asked, judged } = check(() => verdicts(true, false))
      assert.deepEqual(yield* judged, { satisfied: [true, false], reasons: ["r", "r"], failure: null, keys: ["k1"] })
      assert.lengthOf(asked, 1)
      const { content } = asked[0]!.messages[0]!
      for (const part of ["ASSISTANT: Hello.", "Name two rivers.", "Po, Ob.", "2. Nothing else is said.", "2 in all"])
        assert.include(content, part)
      const resolved = { served: {}, wireName: "judge-a" } as unknown as Parameters<typeof chatBody>[0]
      const form = JSON.stringify(chatBody(resolved, asked[0]!)["response_format"])
      assert.include(form, '"required":["item","reason","satisfied"]')
      assert.include(form, '"additionalProperties":false')
    }),
  )

  it.effect("asks again, three times in all, and takes the fullest answer where none is complete", () =>
    Effect.gen(function* () {
      const mended = check((_, before) => (before === 0 ? '"none"' : verdicts(true, true)))
      assert.deepEqual((yield* mended.judged).satisfied, [true, true])
      assert.deepEqual(
        mended.asked.map(({ sampling: { temperature } }) => temperature),
        [0, 0.3],
      )
      const half = check((_, before) => (before === 1 ? verdicts(false) : "[]"))
      const { satisfied, failure, keys } = yield* half.judged
      assert.deepEqual({ satisfied, failure, keys }, { satisfied: [false, null], failure: "incomplete", keys: ["k2"] })
      assert.lengthOf(half.asked, 3)
      assert.strictEqual(new Set(half.asked.map(({ sampling: { seed } }) => seed)).size, 3)
    }),
  )

  it.effect("is missing for a typed reason, never false; an outage fails", () =>
    Effect.gen(function* () {
      const none = { satisfied: [null, null], keys: [] }
      const garbled = check(() => InvalidOutput.make(where))
      assert.deepEqual(yield* garbled.judged, { ...none, failure: "invalid output" })
      assert.lengthOf(garbled.asked, 3)
      const refusing = check(() => Refused.make(where))
      assert.deepEqual(yield* refusing.judged, { ...none, failure: "refused" })
      assert.lengthOf(refusing.asked, 1)
      const down = check(() => Unavailable.make(where))
      assert.strictEqual((yield* Effect.flip(down.judged))._tag, "Unavailable")
    }),
  )

  it.effect("goes on where the useless answers end, when a step is done anew", () =>
    Effect.gen(function* () {
      const { asked, judged } = check((_, before) => (before < 4 ? "{}" : verdicts(true, false)))
      const found = yield* judged.pipe(Effect.provideService(Attempt, 1))
      assert.deepEqual(found.satisfied, [true, false])
      assert.lengthOf(asked, 5)
    }),
  )

  it("has its words' hash", () => {
    assert.match(checklistPromptHash, /^[0-9a-f]{64}$/)
    assert.include(checklistPrompt({ ...task, messages: task.messages.slice(-1) }, "x"), "the query opens")
  })
})

describe("a checklist judge in tokens", () => {
  it.effect("takes the likelier of two words for each item", () =>
    Effect.gen(function* () {
      const liked = (text: string, word: string) =>
        text.includes("Two rivers are named.") === (word === "Yes") ? -1 : -2
      const { satisfied, failure } = yield* tokenChecklistJudge(wordTokens(liked), options)({ task, output: "Po, Ob." })
      assert.deepEqual({ satisfied, failure }, { satisfied: [true, false], failure: null })
    }),
  )
})

describe("a pairwise judge", () => {
  const compare = (answer: Parameters<typeof answering>[0]) => {
    const { asked, layer } = answering(answer)
    return Effect.map(
      pairJudge(model, options)({ task, first: "[one]", second: "[two]" }).pipe(Effect.provide(layer)),
      (found) => ({ ...found, asked }),
    )
  }
  const reply = (choice: Choice) => JSON.stringify({ reason: "r", choice })
  const oneIsA = ({ messages }: ChatRequest) => messages[0]!.content.includes("# Answer A\n\n[one]")

  it.effect("asks in both orders, the sides fixed by the task's id", () =>
    Effect.gen(function* () {
      const { outcome, orders, asked } = yield* compare((request) => reply(oneIsA(request) ? "A++" : "B+"))
      assert.strictEqual(outcome, "win")
      assert.sameMembers(
        orders.map(({ choice }) => choice),
        ["A++", "A+"],
      )
      assert.deepEqual(asked.map(oneIsA).sort(), [false, true])
      assert.strictEqual(oneIsA(asked[0]!), firstIsA(task.session))
      const sides = Array.from({ length: 400 }, (_, i) => firstIsA(`session ${i}`)).filter(Boolean).length
      assert.isTrue(sides > 150 && sides < 250)
    }),
  )

  it.effect("calls a judge that likes a place inconsistent, and misses what one order lacks", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* compare(() => reply("A+"))).outcome, "position-inconsistent")
      assert.strictEqual((yield* compare(() => reply("A=B"))).outcome, "tie")
      const leaning = yield* compare((request) => reply(oneIsA(request) ? "A=B" : "A+"))
      assert.strictEqual(leaning.outcome, "loss")
      const half = yield* compare((request) => (oneIsA(request) ? reply("A+") : Refused.make(where)))
      assert.strictEqual(half.outcome, "missing")
      assert.sameMembers(
        half.orders.map(({ failure }) => failure),
        [null, "refused"],
      )
      assert.strictEqual(outcomeOf([half.orders[1], half.orders[0]]), "missing")
    }),
  )
})

describe("a judge that scores", () => {
  it.effect("gives 1 to 10, or none with its reason", () =>
    Effect.gen(function* () {
      const score = (answer: Parameters<typeof answering>[0]) =>
        scoreJudge(model, options)({ task, output: "Po." }).pipe(Effect.provide(answering(answer).layer))
      assert.deepEqual(yield* score(() => '{"reason":"r","score":7}'), {
        reason: "r",
        score: 7,
        key: "k1",
        failure: null,
      })
      const { score: none, failure } = yield* score(() => '{"reason":"r","score":0}')
      assert.deepEqual([none, failure], [null, "invalid output"])
    }),
  )
})
