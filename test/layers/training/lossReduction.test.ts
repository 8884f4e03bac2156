import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { reduced } from "../../../layers/training/lossReduction.ts"
import type { Reduction, SequenceDatum } from "../../../layers/training/lossReduction.ts"
import { hosted, skyrl, skyrlJax } from "../../../layers/training/tinker/TinkerDialect.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import type { ScriptedPass } from "../../support/tinker/ScriptedRoutes.ts"
import { model, trainerOf } from "./tinker/tinkerFixtures.ts"

/** `length` trained tokens after one that is not; every token of the batch is another one. */
const row = (sequence: string, length: number, first: number, advantage: number): SequenceDatum => ({
  sequence,
  datum: {
    modelInput: Array.from({ length: length + 1 }, (_, i) => first + i),
    targetTokens: Array.from({ length: length + 1 }, (_, i) => first + i + 1),
    logprobs: Array.from({ length: length + 1 }, () => -1),
    advantages: [0, ...Array.from({ length }, () => advantage)],
    mask: [0, ...Array.from({ length }, () => 1)],
  },
})

// Two rollouts of unequal length; the second one broke off once and is two datums.
const batch = [row("a", 2, 0, 1), row("b", 5, 10, -0.5), row("b", 1, 20, -0.5)]
const reductions: ReadonlyArray<Reduction> = ["token-mean", "sequence-mean", "sum"]

/** What a token weighs in the loss by definition: 8 tokens in 2 rollouts. */
const weightOf: Readonly<Record<Reduction, (sequence: string) => number>> = {
  "token-mean": () => 1 / 8,
  "sequence-mean": (sequence) => 1 / 2 / (sequence === "a" ? 2 : 6),
  sum: () => 1,
}

/** The gradient by token from what came over the wire, by the server's own definition of its loss. */
const gradientOf = ({ datums }: ScriptedPass, scale: "token-sum" | "sequence-mean"): ReadonlyMap<number, number> => {
  const gradient = new Map<number, number>()
  for (const { inputs } of datums) {
    const { target_tokens: targets = [], advantages = [], weights = targets.map(() => 1) } = inputs
    const own = weights.reduce((sum, weight) => sum + weight, 0)
    for (const [at, target] of targets.entries()) {
      const share = scale === "token-sum" ? 1 : (weights[at] ?? 0) / (own * datums.length)
      gradient.set(target, (gradient.get(target) ?? 0) + share * (advantages[at] ?? 0))
    }
  }
  return gradient
}

/** How far Adam's first step moves a parameter whose gradient is `g`: with a large eps the scale of g shows. */
const adamStep = (g: number, { learningRate = 0.1, eps = 1 } = {}) => (learningRate * g) / (Math.abs(g) + eps)

describe("reduced", () => {
  it.scoped.each(reductions)("makes the same step of %s on every kind of server", (reduction) =>
    Effect.gen(function* () {
      const steps = yield* Effect.forEach([skyrl, skyrlJax, hosted], (dialect) =>
        Effect.gen(function* () {
          const server = yield* scriptedTinker()
          const trainer = yield* trainerOf(server.url, { dialect })
          const live = yield* trainer.createModel(model)
          yield* live.forwardBackward(reduced(batch, reduction, trainer.lossScale), { kind: "importance_sampling" })
          const [pass] = server.passes
          const gradient = pass === undefined ? new Map<number, number>() : gradientOf(pass, dialect.lossScale)
          return [...gradient].map(([token, value]) => [token, adamStep(value)] as const)
        }),
      )
      const expected = batch.flatMap(({ sequence, datum }) =>
        datum.targetTokens.map(
          (token, at) => [token, adamStep(weightOf[reduction](sequence) * (datum.advantages[at] ?? 0))] as const,
        ),
      )
      for (const step of steps) {
        assert.strictEqual(step.length, expected.length)
        const found = new Map(step)
        for (const [token, moved] of expected) assert.closeTo(found.get(token) ?? NaN, moved, 1e-6)
      }
    }),
  )

  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 })
  it.prop(
    "weighs tokens by the definition whatever the lengths",
    [lengths, fc.constantFrom(...reductions)],
    (given) => {
      const [counts, reduction] = given
      const rows = counts.map((count, i) => row(String(i), count, 0, 1))
      const total = counts.reduce((sum, count) => sum + count, 0)
      for (const scale of ["token-sum", "sequence-mean"] as const)
        reduced(rows, reduction, scale).forEach(({ advantages }, i) => {
          const own = counts[i] ?? 1
          const undone = scale === "token-sum" ? 1 : own * rows.length
          const weight = { "token-mean": 1 / total, "sequence-mean": 1 / (own * rows.length), sum: 1 }[reduction]
          assert.closeTo((advantages[1] ?? NaN) / undone, weight, 1e-12)
        })
    },
  )
})
