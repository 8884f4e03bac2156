import { assert, describe, it } from "@effect/vitest"
import { realFloors } from "../../../../layers/evaluation/fidelity/realFloors.ts"
import { humanTalk, simulatedTalk } from "../../../../layers/evaluation/fidelity/talks.ts"
import type { Message } from "../../../../src/domain/Conversation.ts"

const intent = "bake a cake"
const spoken = (users: ReadonlyArray<string>): ReadonlyArray<Message> =>
  users.flatMap((content): ReadonlyArray<Message> => [
    { role: "user", content },
    { role: "assistant", content: "Yes." },
  ])

/** Conversations of users who say what `says` gives for their number; two of each. */
const floorsOf = (users: number, says: (user: number) => ReadonlyArray<string>, simulated: ReadonlyArray<string>) => {
  const held = Array.from({ length: 2 * users }, (_, i) => ({
    id: `c${i}`,
    user: `u${i % users}`,
    messages: spoken(says(i % users)),
    intent,
  }))
  return realFloors({
    talks: held.flatMap((one) => [
      humanTalk(one),
      simulatedTalk({ prompt: one.id, sample: 0, messages: spoken(simulated), ending: "goodbye" }, intent),
    ]),
    opened: held.map(({ id }) => id),
    limit: 3,
    real: new Map(held.map(({ id, user, messages }) => [id, { user, opening: messages[0]?.content ?? "" }])),
  })
}
const long = ["x", "y", "z", "w"]

describe("how far real users are from one another", () => {
  it("is nothing where they all say the same, whatever simulated ones say", () => {
    const floors = floorsOf(8, () => ["a b", "bake it", "c"], long)
    assert.deepStrictEqual(floors, { diversity: 0, openingWords: 0, laterWords: 0, overlap: 0, userTurns: 0 })
  })

  it("grows with what sets users apart, measure by measure", () => {
    const more = (user: number) => Array.from({ length: user }, (_, i) => `word${i}`).join(" ")
    const wordy = (user: number) => (user % 3 === 0 ? ["a"] : ["a b c d", `bake a cake ${more(user)}`, "go on"])
    const floors = floorsOf(6, wordy, long)
    for (const [name, floor] of Object.entries(floors)) assert.isAbove(floor ?? 0, 0, name)
    assert.isAtMost(floors.userTurns ?? 2, 1)
    // Turns beyond the limit count as at it, and turns that no simulated user has are not read.
    const beyond = (user: number) => Array.from({ length: 3 + (user % 2) }, () => "a b")
    assert.strictEqual(floorsOf(6, beyond, long).userTurns, 0)
    const later = (user: number) => ["a", "b", "c", user % 2 === 0 ? "d" : "d e f g"]
    assert.strictEqual(floorsOf(6, later, ["x", "y", "z"]).laterWords, 0)
  })

  it("is unknown for fewer than four users, and for turns that nobody has", () => {
    const none = { diversity: null, openingWords: null, laterWords: null, overlap: null, userTurns: null }
    assert.deepStrictEqual(
      floorsOf(3, () => ["a b", "c"], long),
      none,
    )
    const floors = floorsOf(6, () => ["a b"], long)
    assert.deepStrictEqual([floors.laterWords, floors.overlap, floors.openingWords], [null, null, 0])
  })
})
