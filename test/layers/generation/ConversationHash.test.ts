import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { conversationHash, pythonJson } from "../../../layers/generation/ConversationHash.ts"

const messages = fc.array(
  fc.record({ role: fc.constantFrom("user", "assistant"), content: fc.string({ unit: "binary" }) }),
)

describe("conversationHash", () => {
  it("is that of the ASCII text that Python writes", () => {
    const said = [
      { role: "user", content: "Where is my parcel?" },
      { role: "assistant", content: "On its way.\u007f\ud83d" },
    ]
    expect(pythonJson(said)).toBe(
      '[{"content": "Where is my parcel?", "role": "user"}, {"content": "On its way.\\u007f\\ud83d", "role": "assistant"}]',
    )
    expect(conversationHash(said)).toMatch(/^[0-9a-f]{32}$/)
  })

  it("writes printable ASCII only, and loses nothing", () => {
    fc.assert(
      fc.property(messages, (said) => {
        const text = pythonJson(said)
        expect(text).toMatch(/^[\u0020-\u007e]*$/)
        expect(JSON.parse(text)).toEqual(said)
      }),
    )
  })

  it("counts roles and order, and no other field", () => {
    const [a, b] = [
      { role: "user", content: "a" },
      { role: "assistant", content: "a" },
    ] as const
    const hashes = [[a], [b], [a, b], [b, a]].map(conversationHash)
    expect(new Set(hashes).size).toBe(4)
    const more = { ...a, toxic: false }
    expect(conversationHash([more])).toBe(hashes[0])
  })
})
