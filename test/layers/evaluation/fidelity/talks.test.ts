import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  endingsOf,
  humanTalk,
  laterLengths,
  overlapOf,
  simulatedTalk,
  totalVariation,
} from "../../../../layers/evaluation/fidelity/talks.ts"
import type { Ending, Message } from "../../../../src/domain/Conversation.ts"

const talk = (users: ReadonlyArray<string>): ReadonlyArray<Message> =>
  users.flatMap((content): ReadonlyArray<Message> => [
    { role: "user", content },
    { role: "assistant", content: "Yes." },
  ])
const intent = "bake a cake"
const human = (id: string, ...users: ReadonlyArray<string>) => humanTalk({ id, messages: talk(users), intent })
const simulated = (prompt: string, ending: Ending, ...users: ReadonlyArray<string>) =>
  simulatedTalk({ prompt, sample: 0, messages: talk(users), ending }, intent)

describe("talks", () => {
  const talks = [
    human("a", "a cake please", "thanks a lot", "more", "more", "more"),
    human("b", "which oven"),
    simulated("a", "turn-limit", "a cake please", "bake cake", "bake it slowly"),
    simulated("b", "goodbye", "which oven"),
    simulated("b", "simulator-outage", "which oven", "lost"),
  ]

  it("gives overlap by turn in percent, the real users' as far as simulated ones come", () => {
    const { byTurn, simulated, human, difference } = overlapOf(talks)
    assert.strictEqual(byTurn.length, 3)
    // "cake please" shares one of two words, "which oven" none of one; the outage's opening counts too.
    assert.closeTo(byTurn[0]!.simulated!.mean, 50 / 3, 1e-9)
    assert.strictEqual(byTurn[0]!.human!.mean, 25)
    assert.strictEqual(byTurn[1]!.simulated!.mean, 50)
    assert.strictEqual(byTurn[2]!.simulated!.mean, 50)
    assert.strictEqual(human!.mean, 0)
    assert.strictEqual(simulated!.n, 3)
    // Only "a" has later turns on both sides: (100 + 50) / 2 less 0.
    assert.deepInclude(difference, { mean: 75, conversations: 1 })
  })

  it("compares lengths of later turns", () => {
    const { simulated, human, distance } = laterLengths(talks)
    assert.deepInclude(simulated, { turns: 3, mean: 2 })
    assert.deepInclude(human, { turns: 2, mean: 2 })
    // 1, 2 and 3 words beside 1 and 3: a sixth between 1 and 2, a sixth between 2 and 3.
    assert.closeTo(distance!, 1 / 3, 1e-9)
  })

  it("counts min(turns, limit) on both sides, and leaves out what failed", () => {
    const found = endingsOf(talks, 3, [])
    assert.strictEqual(found.compared, 2)
    assert.deepStrictEqual(found.turns, [
      { turns: 1, simulated: 1, human: 1 },
      { turns: 2, simulated: 0, human: 0 },
      { turns: 3, simulated: 1, human: 1 },
    ])
    assert.strictEqual(found.distance, 0)
    assert.strictEqual(found.left.human!.mean, 0.5)
    assert.strictEqual(found.left.simulated!.mean, 0.5)
    assert.strictEqual(found.difference!.mean, 0)
  })

  it.prop(
    "gives a real user who stands for the simulated one the same numbers",
    [
      fc.array(fc.array(fc.constantFrom("bake", "cake now", "ok", "the oven is hot"), { minLength: 1, maxLength: 6 }), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.integer({ min: 1, max: 4 }),
    ],
    ([users, limit]) => {
      const same = users.flatMap((said, i) => [
        human(`${i}`, ...said),
        simulated(`${i}`, said.length < limit ? "goodbye" : "turn-limit", ...said.slice(0, limit)),
      ])
      const found = endingsOf(same, limit, [])
      assert.strictEqual(found.distance, 0)
      assert.deepStrictEqual(found.left.human, found.left.simulated)
      assert.strictEqual(laterLengths(same).distance ?? 0, 0)
      assert.strictEqual(overlapOf(same).difference?.mean ?? 0, 0)
    },
  )

  it("measures how much of two distributions lies apart", () => {
    assert.strictEqual(totalVariation([1, 1], [2, 2]), 0)
    assert.strictEqual(totalVariation([3, 0], [0, 5]), 1)
    assert.strictEqual(totalVariation([1, 1], [1, 0]), 0.5)
    assert.isNull(totalVariation([0], [1]))
  })
})
