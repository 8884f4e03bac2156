import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  assistantOpenings,
  copies,
  jaccard,
  paperGuardrails,
  refusalOf,
} from "../../../layers/generation/Guardrails.ts"
import type { Guardrails } from "../../../layers/generation/Guardrails.ts"
import { readTurn } from "../../../layers/generation/endMarker.ts"
import { wordsOf } from "../../../layers/generation/words.ts"
import type { Message } from "../../../src/domain/Conversation.ts"
import { decodeRules, words } from "./scriptedSpeakers.ts"

const spoken = { key: "k", model: "m", usage: { promptTokens: 1, completionTokens: 1 } }
const said = (text: string) => ({ _tag: "Said", text, ...spoken }) as const
const left = readTurn("<|endconversation|>", spoken)

/** User turns so far, each answered. */
const after = (...turns: ReadonlyArray<string>): ReadonlyArray<Message> =>
  turns.flatMap((content) => [
    { role: "user", content } as const,
    { role: "assistant", content: "This is what an assistant said before" } as const,
  ])

const reasonFor = (
  text: string,
  rules: typeof Guardrails.Encoded = {},
  { messages = after("the opening turn"), intent = undefined as string | undefined } = {},
) => refusalOf(said(text), { messages, intent }, decodeRules(rules))

/** Plain words, none of them the beginning of an assistant's turn. */
const word = fc.stringMatching(/^z[a-z]{1,6}$/)
const sentence = fc.array(word, { minLength: 1, maxLength: 30 })
const blank = fc.stringMatching(/^\s{0,5}$/)

describe("a user's turn is refused", () => {
  it("when it is blank", () => {
    fc.assert(fc.property(blank, (text) => assert.strictEqual(reasonFor(text), "empty")))
  })

  it("when it has more words than may be, and only then", () => {
    fc.assert(
      fc.property(sentence, blank, fc.integer({ min: 1, max: 40 }), (said, space, maxWords) => {
        const refused = reasonFor(`${space}${said.join(" ")}${space}`, { maxWords }) === "too long"
        assert.strictEqual(refused, said.length > maxWords)
      }),
    )
    assert.isUndefined(reasonFor(words(600)))
    assert.strictEqual(reasonFor(words(601)), "too long")
  })

  it("when it is an earlier turn, whatever its case and spaces", () => {
    fc.assert(
      fc.property(fc.array(sentence, { minLength: 1, maxLength: 4 }), fc.nat(), fc.boolean(), (turns, at, only) => {
        const texts = turns.map((turn) => turn.join(" "))
        const again = (texts[at % texts.length] ?? "").toUpperCase().replaceAll(" ", " \n ")
        const rules = only ? { duplicates: 1 } : {}
        assert.strictEqual(reasonFor(again, rules, { messages: after(...texts) }), "repeats an earlier turn")
        assert.isUndefined(reasonFor(again, { ...rules, duplicatesOf: "none" }, { messages: after(...texts) }))
      }),
    )
  })

  it("when it shares so many words with an earlier turn, and only then", () => {
    fc.assert(
      fc.property(sentence, sentence, fc.integer({ min: 1, max: 9 }), (one, other, tenths) => {
        const duplicates = tenths / 10
        const similar = jaccard(new Set(one), new Set(other)) >= duplicates
        const refused = reasonFor(one.join(" "), { duplicates }, { messages: after(other.join(" ")) })
        assert.strictEqual(refused, similar ? "repeats an earlier turn" : undefined)
      }),
    )
    const nine = words(9)
    assert.strictEqual(reasonFor(`${nine} more`, {}, { messages: after(nine) }), "repeats an earlier turn")
    assert.isUndefined(reasonFor(`${nine} and more`, {}, { messages: after(nine) }))
  })

  it("when it begins as assistants do, and not when it holds that further on", () => {
    fc.assert(
      fc.property(fc.constantFrom(...assistantOpenings), sentence, fc.boolean(), (opening, rest, curly) => {
        const written = curly ? opening.toUpperCase().replaceAll("'", "’") : opening
        assert.strictEqual(reasonFor(`${written} ${rest.join(" ")}`), "sounds like an assistant")
        assert.isUndefined(reasonFor(`${rest.join(" ")} ${written}`, {}, { messages: after("unlike") }))
        assert.isUndefined(reasonFor(`${written} ${rest.join(" ")}`, { openings: [] }))
      }),
    )
    assert.strictEqual(reasonFor("Ahoy, matey", { openings: ["ahoy"] }), "sounds like an assistant")
  })

  it("when it copies so many words of the intent in a row, and only then", () => {
    const intent = fc.array(word, { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(intent, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 9 }), (source, start, count, most) => {
        const from = start % source.length
        const run = source.slice(from, from + 1 + (count % source.length))
        const text = `Ahem ${run.join(", ").toUpperCase()} hm`
        const copied = reasonFor(text, { copiedIntent: most }, { intent: source.join(" ") })
        if (run.length >= most) assert.strictEqual(copied, "copies the intent")
        assert.strictEqual(copies(text, source.join(" "), most), copied === "copies the intent")
        assert.isUndefined(reasonFor(text, { copiedIntent: 0 }, { intent: source.join(" ") }))
        assert.isUndefined(reasonFor(text, { copiedIntent: most }))
      }),
    )
    const goal = words(12)
    assert.isUndefined(reasonFor(words(7), {}, { intent: goal }))
    assert.strictEqual(reasonFor(words(8), {}, { intent: goal }), "copies the intent")
  })

  it("when it leaves before so many turns, and only then", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 5 }), (turns, minTurns) => {
        const messages = after(...Array.from({ length: turns }, (_, i) => `turn ${i}`))
        const refused = refusalOf(left, { messages, intent: undefined }, decodeRules({ minTurns }))
        assert.strictEqual(refused, turns < minTurns ? "leaves too early" : undefined)
      }),
    )
  })
})

describe("the paper's guardrails", () => {
  it("refuse the turn before and nothing else", () => {
    const rules = paperGuardrails
    const messages = after("first turn", "second turn")
    assert.strictEqual(reasonFor("Second  turn", rules, { messages }), "repeats an earlier turn")
    for (const text of [
      "first turn",
      "second turn!",
      words(5000),
      "As an AI, I can't",
      "to learn the nine words of it",
    ]) {
      assert.isUndefined(reasonFor(text, rules, { messages, intent: "to learn the nine words of it" }))
    }
  })
})

describe("words", () => {
  it("are alike by what they share", () => {
    fc.assert(
      fc.property(fc.array(word), fc.array(word), (one, other) => {
        const [a, b] = [new Set(one), new Set(other)]
        assert.strictEqual(jaccard(a, b), jaccard(b, a))
        assert.isAtMost(jaccard(a, b), 1)
        assert.strictEqual(jaccard(a, a), a.size === 0 ? 0 : 1)
        assert.strictEqual(wordsOf(one.join("  ")).length, one.length)
      }),
    )
  })
})
