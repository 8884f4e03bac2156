import { assert, describe, it } from "@effect/vitest"
import { judgeAgreement } from "../../../../layers/evaluation/report/judgeAgreement.ts"
import type { ReportRollout } from "../../../../layers/evaluation/report/ReportInputs.ts"
import { cell, rollout } from "./reportInputs.ts"

const matrixOf = (rollouts: ReadonlyArray<ReportRollout>) => ({
  simulators: {},
  assistants: {},
  matrix: [{ ...cell({ assistant: "tuned", simulator: "role-play", persona: "busy", heldOut: false }, []), rollouts }],
})

const asked = (judge: string, score: number | null, prompt = "rubric") => ({
  judge,
  score,
  failure: score === null ? "refused" : null,
  prompt,
})

/** As `Evaluate` leaves them: without a verdict where a judge gave no score. */
const scored = (...judges: ReadonlyArray<ReturnType<typeof asked>>): ReportRollout => ({
  ...rollout("prompt", judges.some(({ score }) => score === null) ? null : 0.5),
  judges,
})

const milder = [2, 4, 6, 8].map((score) => [score + 2, score] as const)

describe("the judges of a rubric", () => {
  it("agree in ranks where one is only milder, and less in their scores", () => {
    const found = judgeAgreement(
      matrixOf([...milder, [9, null] as const].map(([a, b]) => scored(asked("a", a), asked("b", b)))),
    )
    const [pair] = found?.pairs ?? []
    assert.deepInclude(pair, { first: "a", second: "b", conversations: 4, difference: 2 })
    assert.closeTo(pair?.spearman ?? NaN, 1, 1e-12)
    assert.deepEqual(found?.judges, [
      { judge: "a", scores: 5, missing: 0, mean: 7.4, failures: [] },
      { judge: "b", scores: 4, missing: 1, mean: 5, failures: [{ reason: "refused", count: 1 }] },
    ])
    assert.deepEqual(found?.prompts, [{ sha256: "rubric", judges: ["a", "b"] }])
    // Observed disagreement 4 in every pair. The eight paired scores are 2, 4, 4, 6, 6, 8, 8, 10, with mean squared
    // difference 2 * 48 / 7 between any two: alpha is 1 - 4 / (96 / 7).
    assert.closeTo(found?.alpha ?? NaN, 1 - (4 * 7) / 96, 1e-12)
  })

  it("miss nothing where they were not asked: an outage of the simulator, a failure of the assistant", () => {
    const floor = { reward: 0, checks: [{ check: "assistant", passed: false, reason: "empty reply" }], measures: {} }
    const found = judgeAgreement(
      matrixOf([
        scored(asked("a", 7), asked("b", null)),
        rollout("outage", null),
        { ...rollout("mute", 0), verdict: floor },
      ]),
    )
    assert.deepEqual(
      found?.judges.map(({ judge, scores, missing }) => [judge, scores, missing]),
      [
        ["a", 1, 0],
        ["b", 0, 1],
      ],
    )
  })

  it("are compared where they were asked the same, over the turns of a conversation", () => {
    const found = judgeAgreement(
      matrixOf([
        scored(asked("a", 2), asked("b", 5), asked("a", 4), asked("b", 7)),
        scored(asked("a", 9, "one rubric"), asked("b", 1, "another")),
      ]),
    )
    assert.deepInclude(found?.pairs[0], { conversations: 1, difference: -3 })
    assert.deepEqual(
      found?.judges.map(({ scores }) => scores),
      [3, 3],
    )
  })

  it("are known from the measures of verdicts where they don't stand apart", () => {
    const found = judgeAgreement(
      matrixOf(
        milder.map(([a, b]) => ({
          ...rollout("prompt", 0.5),
          verdict: { reward: 0.5, checks: [], measures: { words: 7, "score of a": a, "score of b": b } },
        })),
      ),
    )
    assert.deepEqual(
      found?.judges.map(({ judge, scores, mean }) => [judge, scores, mean]),
      [
        ["a", 4, 7],
        ["b", 4, 5],
      ],
    )
    assert.deepInclude(found?.pairs[0], { conversations: 4, difference: 2 })
    assert.deepEqual(found?.prompts, [])
  })

  it("are told of where there is one, who agrees with nobody, and not where there is none", () => {
    const found = judgeAgreement(matrixOf([scored(asked("a", 3))]))
    assert.deepInclude(found, { alpha: null, pairs: [] })
    assert.isUndefined(judgeAgreement(matrixOf([rollout("prompt", 0.5)])))
    assert.isUndefined(judgeAgreement(matrixOf([])))
  })
})
