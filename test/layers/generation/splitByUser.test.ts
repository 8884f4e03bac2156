import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { splitByUser } from "../../../layers/generation/splitByUser.ts"

const corpus = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: 2, maxLength: 60 })
  .map((users) => users.map((user, i) => ({ id: `c${i}`, user: `u${user}`, messages: [] })))

describe("splitByUser", () => {
  it.prop("keeps users apart and loses nobody", [corpus, fc.double({ min: 0.05, max: 0.9, noNaN: true })], (args) => {
    const [conversations, heldOut] = args
    const split = splitByUser(conversations, { heldOut, seed: 1 })
    const trained = new Set(split.train.map(({ user }) => user))
    assert.isFalse(split.heldOut.some(({ user }) => trained.has(user)))
    assert.strictEqual(split.train.length + split.heldOut.length, conversations.length)
    assert.isAbove(split.train.length, 0)
    if (new Set(conversations.map(({ user }) => user)).size > 1) assert.isAbove(split.heldOut.length, 0)
  })

  it.prop("depends on the seed and on who wrote, not on the order of the rows", [corpus, fc.nat()], (args) => {
    const [conversations, seed] = args
    const ids = (part: ReadonlyArray<{ readonly id: string }>) => part.map(({ id }) => id).sort()
    const one = splitByUser(conversations, { heldOut: 0.3, seed })
    const other = splitByUser([...conversations].reverse(), { heldOut: 0.3, seed })
    assert.deepStrictEqual(ids(one.heldOut), ids(other.heldOut))
  })
})
