import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { likelihoodOf, surpriseOf, wordTokens } from "../../../../layers/evaluation/fidelity/likelihood.ts"
import type { UserScore } from "../../../../layers/evaluation/fidelity/rows.ts"

const quick = { resamples: 200 }
const near = (a: number | undefined, b: number, by = 1e-9) => assert.closeTo(a ?? Number.NaN, b, by)

const score = (given: Partial<UserScore>): UserScore => ({
  conversation: "c",
  turns: 1,
  cut: 0,
  tokens: 2,
  bytes: 8,
  withIntent: { words: 1, ends: 0.5 },
  withoutIntent: { words: 2, ends: 0.5 },
  ...given,
})

const scores = fc.array(
  fc.record({
    conversation: fc.uuid(),
    turns: fc.integer({ min: 1, max: 5 }),
    cut: fc.constant(0),
    tokens: fc.integer({ min: 1, max: 50 }),
    bytes: fc.integer({ min: 1, max: 200 }),
    withIntent: fc.record({ words: fc.double({ min: 0, max: 90, noNaN: true }), ends: fc.constant(1) }),
    withoutIntent: fc.record({ words: fc.double({ min: 0, max: 90, noNaN: true }), ends: fc.constant(1) }),
  }),
  { minLength: 2, maxLength: 8 },
)

describe("likelihood", () => {
  it("sums the words' nats and the ends' apart; a token's log-probability stands one place before it", () => {
    // masked, content, content, end, masked, closing
    const sample = { ids: [9, 5, 6, 2, 8, 2], kinds: [0, 1, 1, 2, 0, 4] as const }
    assert.deepStrictEqual(surpriseOf(sample, [-1, -2, -4, -8, -16]), { words: 3, ends: 4 })
    assert.strictEqual(wordTokens(sample), 2)
  })

  it("is worked by hand: totals over totals, not means of means", () => {
    const found = likelihoodOf(
      [score({}), score({ conversation: "d", tokens: 6, bytes: 24, withIntent: { words: 9, ends: 1 } })],
      [],
      quick,
    )
    near(found?.withIntent?.perplexity.mean, Math.exp(10 / 8))
    near(found?.withIntent?.bitsPerByte.mean, 10 / 32 / Math.LN2)
    near(found?.withIntent?.perplexityWithEnds, Math.exp(11.5 / 10))
    near(found?.withoutIntent?.perplexity.mean, Math.exp(4 / 8))
    near(found?.difference?.mean, 6 / 32 / Math.LN2)
    assert.deepInclude(found, { conversations: 2, turns: 2, tokens: 8, bytes: 32 })
    assert.isNull(likelihoodOf([], [], quick))
  })

  it("has no side with an intent where the data has none", () => {
    const found = likelihoodOf([score({ withIntent: null })], [], quick)
    assert.isNull(found?.withIntent ?? null)
    assert.isNull(found?.difference ?? null)
    assert.isNotNull(found?.withoutIntent ?? null)
  })

  it.prop(
    "pairs: the difference is that of the two sides, and 0 with an interval of 0 where they are one",
    [scores],
    ([all]) => {
      const found = likelihoodOf(all, [], quick)
      near(found?.difference?.mean, found!.withIntent!.bitsPerByte.mean - found!.withoutIntent!.bitsPerByte.mean, 1e-6)
      const same = likelihoodOf(
        all.map((one) => ({ ...one, withIntent: one.withoutIntent })),
        [],
        quick,
      )
      assert.deepInclude(same?.difference, { mean: 0, low: 0, high: 0 })
      // A unit of length doesn't matter: twice the bytes for the same nats is half the bits a byte.
      const longer = likelihoodOf(
        all.map((one) => ({ ...one, bytes: 2 * one.bytes })),
        [],
        quick,
      )
      near(longer?.withIntent?.bitsPerByte.low ?? undefined, (found!.withIntent!.bitsPerByte.low ?? 0) / 2, 1e-6)
    },
  )
})
