import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { klDerivative, klEstimate, klShaped, klSloped, klSum } from "../../../layers/training/klPenalty.ts"
import type { KlEstimator } from "../../../layers/training/klPenalty.ts"

const nats = fc.double({ min: -6, max: 6, noNaN: true })
const estimators = fc.constantFrom<KlEstimator>("k1", "k2", "k3")
const coefficient = fc.double({ min: 0, max: 2, noNaN: true })
const datum = {
  modelInput: [1, 2, 3],
  targetTokens: [2, 3, 4],
  logprobs: [0, -1, -2],
  advantages: [0, 0.5, 0.5],
  mask: [0, 1, 1],
}

describe("klEstimate", () => {
  it.prop("is never negative for k2 and k3, and 0 where nothing differs", [nats], ([d]) => {
    assert.isAtLeast(klEstimate("k2", d), 0)
    assert.isAtLeast(klEstimate("k3", d), 0)
    for (const estimator of ["k1", "k2", "k3"] as const) assert.strictEqual(klEstimate(estimator, 0), 0)
  })

  it.prop("has the derivative that is given for it", [nats, estimators], ([d, estimator]) => {
    const step = 1e-5
    const slope = (klEstimate(estimator, d + step) - klEstimate(estimator, d - step)) / (2 * step)
    assert.closeTo(klDerivative(estimator, d), slope, 1e-4 * Math.max(1, Math.abs(slope)))
  })

  it.prop(
    "has the divergence as its mean under the policy for k1 and k3",
    [fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 2, maxLength: 5 }), fc.nat()],
    ([weights, shift]) => {
      const sum = weights.reduce((a, b) => a + b, 0)
      const policy = weights.map((weight) => weight / sum)
      const initial = policy.map((_, i) => policy[(i + shift) % policy.length]!)
      const expected = policy.reduce((total, p, i) => total + p * Math.log(p / initial[i]!), 0)
      for (const estimator of ["k1", "k3"] as const) {
        const mean = policy.reduce((total, p, i) => total + p * klEstimate(estimator, Math.log(p / initial[i]!)), 0)
        assert.closeTo(mean, expected, 1e-9)
      }
      // In the mean the derivative of k3 times the score is the gradient of KL(initial || policy): here by logits.
      const gradient = policy.map((p, at) =>
        policy.reduce(
          (total, q, i) => total + q * klDerivative("k3", Math.log(q / initial[i]!)) * ((i === at ? 1 : 0) - p),
          0,
        ),
      )
      gradient.forEach((value, at) => assert.closeTo(value, policy[at]! - initial[at]!, 1e-9))
    },
  )
})

describe("placements", () => {
  it.prop("adds -beta (1 - p(initial) / p(policy)) to trained tokens alone", [nats, nats, coefficient], (given) => {
    const [first, second, beta] = given
    const [sloped] = klSloped([datum], () => [-9, first, second], beta, "k3")
    const expected = [first, second].map((initial, i) => 0.5 - beta * (1 - Math.exp(initial - datum.logprobs[i + 1]!)))
    assert.strictEqual(sloped?.advantages[0], 0)
    expected.forEach((value, i) => assert.closeTo(sloped?.advantages[i + 1] ?? NaN, value, 1e-9 * Math.exp(8)))
  })

  it.prop("keeps the sum of advantages whatever the estimator", [nats, nats, coefficient], ([first, second, beta]) => {
    for (const estimator of ["k1", "k2", "k3"] as const) {
      const { shaped, kl } = klShaped([datum], () => [-9, first, second], beta, estimator)
      const sum = shaped[0]?.advantages.reduce((a, b) => a + b, 0)
      assert.closeTo(sum ?? NaN, 1, 1e-6)
      assert.closeTo(kl, (-1 - first + (-2 - second)) / 2, 1e-9)
    }
  })

  it("sums over the trained tokens of a datum", () => {
    assert.closeTo(
      klSum(datum, () => [5, -2, -2], "k1"),
      1,
      1e-12,
    )
    assert.closeTo(
      klSum(datum, () => [5, -2, -2], "k2"),
      0.5,
      1e-12,
    )
  })
})
