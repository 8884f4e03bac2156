/**
 * What keeps a policy near the model that it started from: estimates of the KL divergence from reference
 * log-probabilities, and where they enter the training data. In all of it d = log p(policy) - log p(initial) of a
 * sampled token, in nats, at the weights that sampled it.
 */
import { Schema } from "effect"
import type { PolicyDatum } from "../../src/domain/Datum.ts"

/** k1: d, unbiased, may be negative. k2: d^2 / 2, biased, never negative. k3: e^-d - 1 + d, unbiased, never negative. */
export const KlEstimator = Schema.Literal("k1", "k2", "k3")
export type KlEstimator = typeof KlEstimator.Type

/**
 * - `advantage`: beta (mean KL - KL_t) is added to a token's advantage after normalisation. With k1 this follows the
 *   gradient of KL(policy || initial) for each token by itself; with k2 and k3 the score-function part alone of their
 *   means, which is another direction.
 * - `reward`: beta x the sum over the rollout's tokens is taken from its reward before normalisation. With k1 that is the
 *   gradient of the whole sequence's KL(policy || initial), but divided by the group's deviation as the reward is.
 * - `loss-gradient`: -beta x the derivative of the estimate by log p(policy) is added after normalisation: for k3
 *   -beta (1 - p(initial) / p(policy)), which is what k3 in the loss gives, in the mean the gradient of
 *   KL(initial || policy); for k2 -beta d. Exact only on-policy and unclipped: with a second update the ratio of the
 *   policy loss scales it, and a clipped token loses it. k1 has a derivative of 1, which restrains nothing.
 * - `loss`: a term of the server's own loss, as the paper has it. No server of the Tinker protocol has one.
 */
export const KlPlacement = Schema.Literal("advantage", "reward", "loss-gradient", "loss")
export type KlPlacement = typeof KlPlacement.Type

/** The reference log-probabilities (nats) of a datum's targets under the initial model. */
export type Reference = (datum: PolicyDatum) => ReadonlyArray<number>

export const klEstimate = (estimator: KlEstimator, d: number): number => {
  if (estimator === "k1") return d
  // Near 0 rounding could leave a tiny negative number.
  return estimator === "k2" ? (d * d) / 2 : Math.max(0, Math.expm1(-d) + d)
}

/** By log p(policy), the initial model held fixed. */
export const klDerivative = (estimator: KlEstimator, d: number): number => {
  if (estimator === "k1") return 1
  return estimator === "k2" ? d : -Math.expm1(-d)
}

/**
 * A_t + coefficient x (mean KL - KL_t) on trained tokens (tinker-cookbook, `rl/metrics.py`, with k1): tokens that left
 * the initial model more than average are held back. `kl` is the mean of k1.
 */
export const klShaped = (
  datums: ReadonlyArray<PolicyDatum>,
  reference: Reference,
  coefficient: number,
  estimator: KlEstimator = "k1",
) => {
  const differences = datums.map((datum) => differencesOf(datum, reference))
  const kls = differences.map((row) => row.map((d) => klEstimate(estimator, d)))
  const mean = maskedMean(datums, kls)
  const shaped = datums.map((datum, i) => ({
    ...datum,
    advantages: datum.advantages.map(
      (advantage, at) => advantage + coefficient * (datum.mask[at] ?? 0) * (mean - (kls[i]?.[at] ?? 0)),
    ),
  }))
  return { shaped, kl: estimator === "k1" ? mean : maskedMean(datums, differences) }
}

/** A_t - coefficient x the derivative of the estimate, on trained tokens. */
export const klSloped = (
  datums: ReadonlyArray<PolicyDatum>,
  reference: Reference,
  coefficient: number,
  estimator: KlEstimator,
): ReadonlyArray<PolicyDatum> =>
  datums.map((datum) => {
    const differences = differencesOf(datum, reference)
    return {
      ...datum,
      advantages: datum.advantages.map(
        (advantage, at) =>
          advantage - coefficient * (datum.mask[at] ?? 0) * klDerivative(estimator, differences[at] ?? 0),
      ),
    }
  })

/** Over the trained tokens of one datum. */
export const klSum = (datum: PolicyDatum, reference: Reference, estimator: KlEstimator): number =>
  differencesOf(datum, reference).reduce((sum, d, at) => sum + (datum.mask[at] ?? 0) * klEstimate(estimator, d), 0)

const differencesOf = (datum: PolicyDatum, reference: Reference) => {
  const initial = reference(datum)
  return datum.logprobs.map((logprob, i) => logprob - (initial[i] ?? logprob))
}

/** 0 where nothing is trained. */
const maskedMean = (datums: ReadonlyArray<PolicyDatum>, values: ReadonlyArray<ReadonlyArray<number>>) => {
  let total = 0
  let tokens = 0
  for (const [i, { mask }] of datums.entries())
    for (const [at, weight] of mask.entries()) {
      total += weight * (values[i]?.[at] ?? 0)
      tokens += weight
    }
  return tokens === 0 ? 0 : total / tokens
}
