import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { promptsOf } from "../../../layers/training/promptsOf.ts"
import { deriveSeed, randomFrom } from "../../../src/domain/Seed.ts"

const range = (length: number) => Array.from({ length }, (_, i) => i)
const drawing = fc.record({
  count: fc.integer({ min: 1, max: 24 }),
  prompts: fc.integer({ min: 1, max: 12 }),
  rounds: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
})
type Drawing = { readonly count: number; readonly prompts: number; readonly rounds: number; readonly seed: number }
/** Every draw in order: position by position, whichever round and iteration it is of. */
const drawn = ({ count, seed, ...recipe }: Drawing, iterations: number) =>
  range(iterations).map((iteration) =>
    range(recipe.rounds).flatMap((round) => promptsOf(range(count), recipe, iteration, seed, round)),
  )
/** Every pass in its own order, whatever iterations hold. */
const plainly = (count: number, seed: number, length: number) =>
  range(Math.ceil(length / count))
    .flatMap((pass) => randomFrom(deriveSeed([seed, "prompt-order", pass])).shuffle(range(count)))
    .slice(0, length)

describe("promptsOf", () => {
  it.prop("holds no prompt twice in an iteration where there are enough of them", [drawing], ([given]) => {
    fc.pre(given.prompts * given.rounds <= given.count)
    for (const own of drawn(given, 12)) assert.strictEqual(new Set(own).size, given.prompts * given.rounds)
  })

  it.prop("goes through all prompts before any comes again", [drawing], ([given]) => {
    fc.pre(given.prompts < given.count)
    const all = drawn(given, 24).flat()
    for (let start = 0; start + given.count <= all.length; start += given.count)
      assert.sameMembers(all.slice(start, start + given.count), range(given.count))
  })

  it.prop("is the plain order of its seed until an iteration takes of two passes", [drawing], ([given]) => {
    const { count, prompts, rounds, seed } = given
    fc.pre(prompts < count)
    const inIteration = prompts * rounds
    const whole = Math.floor(count / inIteration)
    // Where passes end with iterations no order is touched at all.
    const iterations = count % inIteration === 0 ? 3 * whole : whole
    assert.deepStrictEqual(drawn(given, iterations).flat(), plainly(count, seed, iterations * inIteration))
  })

  it.prop(
    "has every prompt in a round that asks for more than there are, and in rounds enough for all",
    [drawing],
    (given) => {
      const { count, prompts, rounds } = given[0]
      fc.pre(prompts * rounds >= count)
      for (const own of drawn(given[0], 8)) assert.sameMembers([...new Set(own)], range(count))
      if (prompts >= count) for (const own of drawn({ ...given[0], rounds: 1 }, 8)) assert.lengthOf(own, count)
    },
  )

  it("has none of no prompts", () => {
    assert.deepStrictEqual(promptsOf([], { prompts: 3, rounds: 1 }, 2, 0), [])
  })
})
