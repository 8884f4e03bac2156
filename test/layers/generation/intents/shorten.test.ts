import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { lengthOf, shorten } from "../../../../layers/generation/intents/shorten.ts"
import type { Message } from "../../../../src/domain/Conversation.ts"

const user = (content: string): Message => ({ role: "user", content })
const assistant = (content: string): Message => ({ role: "assistant", content })

describe("shorten", () => {
  it("cuts long assistant turns by characters and leaves users alone", () => {
    const messages = [user("a".repeat(20)), assistant("é".repeat(8)), user("b"), assistant("😀".repeat(9))]
    assert.deepStrictEqual(shorten(messages, { assistantCharacters: 8, maxCharacters: null }), {
      messages: [messages[0]!, messages[1]!, messages[2]!, assistant(`${"😀".repeat(8)} …`)],
      as: "cut",
    })
    assert.deepStrictEqual(shorten(messages, { assistantCharacters: null, maxCharacters: null }), {
      messages,
      as: "whole",
    })
  })

  it("leaves out turns in the middle where all is too long", () => {
    const turns = ["opening", "first", "second", "third", "fourth", "fifth"].map((content, i) =>
      i % 2 === 0 ? user(content) : assistant(content),
    )
    assert.deepStrictEqual(shorten(turns, { assistantCharacters: null, maxCharacters: 28 }), {
      messages: [user("opening"), assistant("… third"), user("fourth"), assistant("fifth")],
      as: "fitted",
    })
  })

  it("keeps beginning and end of a turn that is too long by itself", () => {
    const pasted = `translate this: ${"x".repeat(1000)} into French`
    const [only] = shorten([user(pasted)], { assistantCharacters: null, maxCharacters: 60 }).messages
    assert.match(only?.content ?? "", /^translate this: x+ … x+ into French$/)
    assert.isAtMost(only?.content.length ?? 0, 60)
  })

  it("keeps to the limit, the opening and the last turn", () => {
    const texts = fc.array(fc.string({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 40, max: 2000 }), (contents, room) => {
        const messages = contents.map((content, i) => (i % 2 === 0 ? user(content) : assistant(content)))
        const { messages: kept, as } = shorten(messages, { assistantCharacters: null, maxCharacters: room })
        assert.isAtMost(lengthOf(kept), room)
        assert.strictEqual(as, lengthOf(messages) > room ? "fitted" : "whole")
        assert.strictEqual(kept[0]?.content[0], messages[0]?.content[0])
        assert.strictEqual(kept.at(-1)?.role, messages.at(-1)?.role)
        if (as === "whole") assert.deepStrictEqual(kept, messages)
      }),
    )
  })
})
