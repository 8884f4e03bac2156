/** How an assistant is trained by GRPO: what an iteration rolls out and how it becomes one training request. */
import { Either, Schema } from "effect"
import type { PolicyDatum } from "../../src/domain/Datum.ts"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import type { LossScale } from "../../src/ports/Trainer.ts"
import { grpoDatums } from "./GrpoDatums.ts"
import type { InvalidTrajectory, Trajectory } from "./GrpoDatums.ts"
import type { TrainingRequest } from "./Policy.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const GrpoRecipe = Schema.Struct({
  /** Of the LoRA adapter. */
  rank: positive,
  learningRate: Schema.Positive,
  iterations: positive,
  /** Prompts in an iteration, and rollouts of each: a group. */
  prompts: positive,
  rollouts: Schema.Int.pipe(Schema.greaterThan(1)),
  loss: Schema.optionalWith(Schema.Literal("importance_sampling", "ppo"), {
    default: () => "importance_sampling" as const,
  }),
  /** Bounds of the probability ratio for `ppo`. */
  clip: Schema.optionalWith(Schema.Struct({ low: Schema.Positive, high: Schema.Positive }), {
    default: () => ({ low: 0.8, high: 1.2 }),
  }),
  divideByStd: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Groups without a difference teach nothing; the paper keeps them. */
  dropConstantGroups: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Of the penalty on leaving the initial model, as advantage shaping; 0 for none. */
  kl: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
})
export type GrpoRecipe = typeof GrpoRecipe.Type

/** Settings that work for a 135M model on a CPU. */
export const embeddedGrpo: typeof GrpoRecipe.Encoded = {
  rank: 8,
  learningRate: 1e-3,
  iterations: 8,
  prompts: 2,
  rollouts: 8,
  kl: 0.05,
}

/** The prompts of an iteration. Every pass over the prompts has an order of its own; none is repeated before its end. */
export const promptsOf = <A>(all: ReadonlyArray<A>, recipe: GrpoRecipe, iteration: number, seed: number) =>
  Array.from({ length: Math.min(recipe.prompts, all.length) }, (_, i) => {
    const position = iteration * recipe.prompts + i
    const pass = Math.floor(position / all.length)
    return randomFrom(deriveSeed([seed, "prompt-order", pass])).shuffle(all)[position % all.length]!
  })

/** The reference log-probabilities (nats) of a datum's targets under the initial model. */
export type Reference = (datum: PolicyDatum) => ReadonlyArray<number>

export interface IterationBatch {
  readonly request: TrainingRequest
  /** Mean over trained tokens of log p(policy) - log p(initial), in nats. */
  readonly kl: number
  readonly groups: number
}

/**
 * One training request from groups of trajectories: group-relative advantages, shaped by the KL penalty, scaled so that
 * the loss is the mean over all trained tokens of the batch (paper 1.5: token_mean) whatever the backend's own scale.
 */
export const iterationBatch = (
  groups: ReadonlyArray<ReadonlyArray<Trajectory>>,
  recipe: GrpoRecipe,
  reference: Reference,
  scale: LossScale,
): Either.Either<IterationBatch, InvalidTrajectory> =>
  Either.map(grpoDatums(groups, recipe), ({ datums, keptGroups }) => {
    const plain = datums.map(({ datum }) => datum)
    const { shaped, kl } = klShaped(plain, reference, recipe.kl)
    return {
      request: {
        datums: tokenMean(shaped, scale),
        loss: recipe.loss === "ppo" ? { kind: "ppo", ...recipe.clip } : { kind: "importance_sampling" },
        adam: { learningRate: recipe.learningRate, beta1: 0.9, beta2: 0.95, eps: 1e-8 },
      },
      kl,
      groups: keptGroups.length,
    }
  })

/**
 * A_t + coefficient x (mean KL - KL_t) on trained tokens, with KL_t = log p(policy) - log p(initial) of the sampled
 * token (tinker-cookbook, `rl/metrics.py`): tokens that left the initial model more than average are held back.
 */
export const klShaped = (datums: ReadonlyArray<PolicyDatum>, reference: Reference, coefficient: number) => {
  const kls = datums.map((datum) => {
    const initial = reference(datum)
    return datum.logprobs.map((logprob, i) => logprob - (initial[i] ?? logprob))
  })
  let total = 0
  let tokens = 0
  for (const [i, { mask }] of datums.entries())
    for (const [at, weight] of mask.entries()) {
      total += weight * (kls[i]?.[at] ?? 0)
      tokens += weight
    }
  const kl = tokens === 0 ? 0 : total / tokens
  const shaped = datums.map((datum, i) => ({
    ...datum,
    advantages: datum.advantages.map(
      (advantage, at) => advantage + coefficient * (datum.mask[at] ?? 0) * (kl - (kls[i]?.[at] ?? 0)),
    ),
  }))
  return { shaped, kl }
}

/** Advantages scaled so that the backend's gradient is that of the mean loss over all trained tokens. */
export const tokenMean = (datums: ReadonlyArray<PolicyDatum>, scale: LossScale): ReadonlyArray<PolicyDatum> => {
  const counts = datums.map(({ mask }) => mask.reduce((sum, weight) => sum + weight, 0))
  const total = counts.reduce((sum, count) => sum + count, 0)
  return datums.map((datum, i) => {
    const factor = scale === "token-sum" ? 1 / total : ((counts[i] ?? 0) * datums.length) / total
    return { ...datum, advantages: datum.advantages.map((advantage) => advantage * factor) }
  })
}
