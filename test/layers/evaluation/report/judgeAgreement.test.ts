import { assert, describe, it } from "@effect/vitest"
import { judgeAgreement } from "../../../../layers/evaluation/report/judgeAgreement.ts"
import { cell, rollout } from "./reportInputs.ts"

/** Conversations with the scores of judges "a" and "b"; null has none. */
const inputs = (scores: ReadonlyArray<readonly [number | null, number | null]>) => ({
  simulators: {},
  assistants: {},
  matrix: [
    cell(
      { assistant: "tuned", simulator: "role-play", persona: "busy", heldOut: false },
      scores.map(([a, b], i) => ({
        ...rollout(`prompt ${i}`, 0.5),
        verdict: {
          reward: 0.5,
          checks: [],
          measures: {
            words: 7,
            ...(a === null ? {} : { "score of a": a }),
            ...(b === null ? {} : { "score of b": b }),
          },
        },
      })),
    ),
  ],
})

describe("the judges of a rubric", () => {
  it("agree in ranks where one is only milder, and less in their scores", () => {
    const scores = [2, 4, 6, 8].map((score) => [score + 2, score] as const)
    const found = judgeAgreement(inputs([...scores, [9, null]]))
    const [pair] = found?.pairs ?? []
    assert.deepInclude(pair, { first: "a", second: "b", conversations: 4, difference: 2 })
    assert.closeTo(pair?.spearman ?? NaN, 1, 1e-12)
    assert.deepEqual(found?.judges, [
      { judge: "a", scores: 5, missing: 0, mean: 7.4 },
      { judge: "b", scores: 4, missing: 1, mean: 5 },
    ])
    // Observed disagreement 4 in every pair. The eight paired scores are 2, 4, 4, 6, 6, 8, 8, 10, with mean squared
    // difference 2 * 48 / 7 between any two: alpha is 1 - 4 / (96 / 7).
    assert.closeTo(found?.alpha ?? NaN, 1 - (4 * 7) / 96, 1e-12)
  })

  it("are no panel when there is one, or none", () => {
    assert.isUndefined(judgeAgreement(inputs([[3, null]])))
    assert.isUndefined(judgeAgreement(inputs([])))
  })
})
