import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { answersChoice, choiceQuestions } from "../../../layers/evaluation/fidelity/probes.ts"
import { endMarker } from "../../../layers/generation/endMarker.ts"
import { AdherenceResult } from "../../../src/domain/Adherence.ts"
import { SimulatorReviewResult } from "../../../src/domain/SimulatorReview.ts"
import * as U from "../../../workflows/index.ts"
import { askedFor, replayWorld, response } from "./replayWorld.ts"

const adherenceOf = Schema.decodeUnknownSync(Schema.parseJson(AdherenceResult))
const reviewOf = Schema.decodeUnknownSync(Schema.parseJson(SimulatorReviewResult))
const json = (value: unknown) => ({ kind: "text", text: JSON.stringify(value) }) as const

describe("judged measures of a simulator", () => {
  it.scopedLive(
    "tell who leaves the part, and what users do wrong; what the judge doesn't say is missing",
    () =>
      Effect.gen(function* () {
        const world = yield* replayWorld((arrival) => {
          const text = JSON.stringify(arrival.body["messages"])
          const { river } = askedFor(arrival)
          if (text.includes("Review a simulated user"))
            return river % 3 === 0
              ? json({ errors: [] })
              : river % 3 === 1
                ? json({
                    errors: [{ turn: 1, tag: "revealed-early", severity: "critical-helped", reason: "all at once" }],
                  })
                : json({ errors: [{ turn: 99, tag: "other", severity: "minor", reason: "there is no such turn" }] })
          // The judge finds that those of even rivers go along, and can't be read on every tenth.
          if (text.includes("Read the last turn of a user"))
            return river % 10 === 5 ? { kind: "text", text: "hm" } : json({ thought: "so", yes: river % 2 === 0 })
          if (arrival.body["response_format"] === undefined) return undefined
          if (!text.includes("please solve this for me")) return response(`rather more on ${river}`)
          if (arrival.body["model"] === "mute" && river % 4 === 2) return response(" ")
          // Saying the opening again answers nothing.
          const opening = `How long is river ${river} of ${river % 7} then?`
          return response(["I'd say (A)", endMarker, opening, "no, what about my river?"][river % 4] ?? "")
        })
        const { split } = world
        const simulator = U.RolePlay({ model: U.Model.openai("chat", { revision: "1" }) })
        const judge = U.Model.openai("judge", { revision: "1" })
        const given = {
          split,
          simulator,
          conversing: { turns: 2, maxTokens: 12 },
          conversations: 24,
          maxFailureShare: 1,
        }
        const assistant = U.InitialAssistant({ model: U.Model.openai("chat", { revision: "1" }) })
        const simulation = U.Simulate({ split, assistant, simulator, conversing: given.conversing, prompts: 24 })
        const { ran, outputs } = yield* world.run({
          matched: U.Adherence(given),
          mute: U.Adherence({
            ...given,
            simulator: U.RolePlay({ model: U.Model.openai("mute", { revision: "1" }) }),
            maxFailureShare: 0,
          }),
          judged: U.Adherence({ ...given, judge }),
          review: U.SimulatorReview({ split, simulation, judge, conversations: 20, maxFailureShare: 1 }),
          strict: U.SimulatorReview({ split, simulation, judge, conversations: 20 }),
        })
        const matched = adherenceOf(outputs["matched"])
        const turns = (yield* world.linesOf(matched.rows)) as ReadonlyArray<{ conversation: string; kept: boolean }>
        const rivers = turns.map(({ conversation }) => Number(conversation.slice(1)))
        const answered = rivers.filter((river) => river % 4 === 0).length
        assert.deepStrictEqual(
          [matched.role.asked, matched.role.judged, matched.role.kept, matched.role.left],
          [24, 24, 24 - answered, rivers.filter((river) => river % 4 === 1).length],
        )
        assert.isTrue(matched.role.low! < matched.role.share! && matched.role.share! < matched.role.high!)
        assert.deepStrictEqual([matched.intent, matched.noIntent], [null, "no judge was named"])

        // A simulator that says nothing lacks a turn for a reason of its own, which is no failure.
        const mute = adherenceOf(outputs["mute"])
        const silent = rivers.filter((river) => river % 4 === 2).length
        assert.isAbove(silent, 0)
        assert.deepStrictEqual([mute.role.missing, mute.role.judged, mute.failures], [silent, 24 - silent, []])
        assert.deepStrictEqual(mute.missing, [{ reason: "simulator: every draw was refused (empty)", count: silent }])
        assert.deepStrictEqual(matched.missing, [])

        const judged = adherenceOf(outputs["judged"])
        const unread = rivers.filter((river) => river % 10 === 5).length
        assert.deepStrictEqual(
          [judged.intent?.asked, judged.intent?.missing, judged.intent?.kept],
          [24, unread, rivers.filter((river) => river % 2 === 1 && river % 10 !== 5).length],
        )
        // A user that leaves needs no judge.
        assert.strictEqual(judged.role.missing, rivers.filter((river) => river % 10 === 5 && river % 4 !== 1).length)

        const review = reviewOf(outputs["review"])
        assert.strictEqual(review.asked, 20)
        assert.strictEqual(review.reviewed + (review.missing[0]?.count ?? 0), 20)
        assert.strictEqual(review.missing[0]?.reason, "judge: invalid output")
        assert.deepStrictEqual(review.errors, [
          {
            tag: "revealed-early",
            severity: "critical-helped",
            count: review.critical,
            conversations: review.critical,
          },
        ])
        assert.strictEqual(review.faultless + review.critical, review.reviewed)
        // Too many reviews missing: the step waits for someone, and the others are done.
        assert.strictEqual(ran.state, "suspended")
        assert.isNull(outputs["strict"] ?? null)
      }),
    240_000,
  )
})

describe("a match with the choices", () => {
  const question = choiceQuestions[0]!
  it("finds answers by letter and by word, and no answer elsewhere", () => {
    for (const text of ["A", "b)", "(C) I guess", "the answer is d", "by the door of course", "It's a.", "door"])
      assert.isTrue(answersChoice(text, question), text)
    for (const text of [
      "a river is what I asked about",
      "I don't know, go on",
      "no",
      "why do you ask? Be brief",
      "doors",
    ])
      assert.isFalse(answersChoice(text, question), text)
  })

  it("can be had for every question", () => {
    for (const one of choiceQuestions) {
      assert.strictEqual(one.choices.length, 4)
      for (const choice of one.choices) assert.isTrue(answersChoice(choice, one), choice)
      assert.isFalse(answersChoice("please just go on with what I wanted", one), one.question)
    }
  })
})
