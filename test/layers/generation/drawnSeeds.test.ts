import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { converse } from "../../../layers/generation/converse.ts"
import { going, replying, setting, talker } from "./scriptedSpeakers.ts"

/** Seeds of all draws by what was drawn, where the user's turn is refused so many times. */
const seedsOf = (
  { prompt, sample, seed }: { readonly prompt: string; readonly sample: number; readonly seed: number },
  refused: (turn: number) => number,
  reply = talker,
) => {
  const found = new Map<string, number>()
  const assistant = replying(reply)
  const user = going((turn, attempt) => Effect.succeed(attempt < refused(turn) ? "" : `question ${turn}`))
  const given = { prompt: { id: prompt, opening: undefined }, sample, seed, limits: { turns: 4 } }
  Effect.runSync(converse(assistant.assistant, user.user, setting(given)))
  assistant.seeds.forEach((drawn, i) => found.set(`assistant ${i}`, drawn))
  for (const asked of user.asked) found.set(`user ${asked.messages.length} ${asked.attempt}`, asked.seed)
  return found
}

describe("seeds", () => {
  it("are shared by no two draws of an experiment", () => {
    const all = ["a", "b", "a0"].flatMap((prompt) =>
      [0, 1, 10].flatMap((sample) =>
        [0, 1].flatMap((seed) => [...seedsOf({ prompt, sample, seed }, (turn) => turn).values()]),
      ),
    )
    assert.isAbove(all.length, 200)
    assert.strictEqual(new Set(all).size, all.length)
  })

  it("are the same in compared arms, whatever their sides say and however often they are refused", () => {
    const refusals = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 })
    fc.assert(
      fc.property(fc.string(), fc.nat(), fc.nat(), refusals, refusals, fc.string({ minLength: 1 }), (...drawn) => {
        const [prompt, sample, seed, one, other, said] = drawn
        const arm = seedsOf({ prompt, sample, seed }, (turn) => one[turn] ?? 0)
        const compared = seedsOf(
          { prompt, sample, seed },
          (turn) => other[turn] ?? 0,
          (turn) => Effect.succeed(`${said} ${turn}`),
        )
        const both = [...arm].filter(([draw]) => compared.has(draw))
        assert.isAtLeast(both.length, 8)
        for (const [draw, drawnSeed] of both) assert.strictEqual(compared.get(draw), drawnSeed)
      }),
      { numRuns: 50 },
    )
  })
})
