/** How an assistant is trained by GRPO: what an iteration rolls out and what its optimizer steps follow. */
import { Schema } from "effect"
import { KlEstimator, KlPlacement } from "./klPenalty.ts"
import { Reduction } from "./lossReduction.ts"

const positive = Schema.Int.pipe(Schema.positive())
const share = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))

export const GrpoRecipe = Schema.Struct({
  /** Of the LoRA adapter; 0 trains all weights, where the server can. */
  rank: Schema.NonNegativeInt,
  learningRate: Schema.Positive,
  /** Of Adam, with `eps`. */
  betas: Schema.optionalWith(Schema.Tuple(share, share), { default: () => [0.9, 0.95] as const }),
  eps: Schema.optionalWith(Schema.Positive, { default: () => 1e-8 }),
  weightDecay: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
  /** Largest norm of the gradient; 0 for any. */
  gradientClip: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
  iterations: positive,
  /** Prompts in an iteration, and rollouts of each: a group. */
  prompts: positive,
  rollouts: Schema.Int.pipe(Schema.greaterThan(1)),
  /** Prompts in one optimizer step; by default all of the iteration. Smaller batches go in an order drawn by seed. */
  miniBatch: Schema.optional(positive),
  /** Passes over the rollouts of an iteration. */
  epochs: Schema.optionalWith(positive, { default: () => 1 }),
  loss: Schema.optionalWith(Schema.Literal("importance_sampling", "ppo"), {
    default: () => "importance_sampling" as const,
  }),
  /** Bounds of the probability ratio for `ppo`. */
  clip: Schema.optionalWith(Schema.Struct({ low: Schema.Positive, high: Schema.Positive }), {
    default: () => ({ low: 0.8, high: 1.2 }),
  }),
  /** What counts the same in an optimizer step. */
  reduction: Schema.optionalWith(Reduction, { default: () => "token-mean" as const }),
  /** Advantages are centred on the group's mean; divided by its standard deviation too, or not. */
  divideByStd: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Groups without a difference teach nothing; the paper keeps them. */
  dropConstantGroups: Schema.optionalWith(Schema.Boolean, { default: () => true }),
  /** Groups whose mean reward is out of these bounds are left out. */
  filter: Schema.optional(
    Schema.Struct({ least: Schema.optional(Schema.Number), most: Schema.optional(Schema.Number) }),
  ),
  /** Draws of `prompts` prompts at most, until that many groups differ in reward and pass the filter. */
  rounds: Schema.optionalWith(positive, { default: () => 1 }),
  /** Of the penalty on leaving the initial model; 0 for none. */
  kl: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
  klEstimator: Schema.optionalWith(KlEstimator, { default: () => "k1" as const }),
  klPlacement: Schema.optionalWith(KlPlacement, { default: () => "advantage" as const }),
  /** Limits beside those of `conversing`; the lower one holds. `prompt` is of the opening as the assistant reads it. */
  limits: Schema.optional(
    Schema.Struct({
      turns: Schema.optional(positive),
      promptTokens: Schema.optional(positive),
      totalTokens: Schema.optional(positive),
    }),
  ),
  /**
   * Servers give log-probabilities of the untempered distribution, so importance weights are only right at temperature 1
   * and top_p 1. Anything else has to be asked for with `biased`, and is named in the result.
   */
  sampling: Schema.optional(
    Schema.Struct({
      temperature: Schema.optionalWith(Schema.Positive, { default: () => 1 }),
      topP: Schema.optionalWith(Schema.Number.pipe(Schema.between(0.01, 1)), { default: () => 1 }),
      biased: Schema.optionalWith(Schema.Boolean, { default: () => false }),
    }),
  ),
  /**
   * Iterations by which the policy that samples is behind the one that is trained: rollouts of a later iteration are held
   * while this one trains. For servers that sample and train apart; the loss weighs tokens by importance in any case.
   */
  staleness: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 }),
  /**
   * Evaluations on the split's `validation` part with the same reward, after every so many iterations and after the
   * last: the same prompts and seeds each time. Training ends after `patience` of them without a better one.
   */
  validation: Schema.optional(
    Schema.Struct({
      prompts: positive,
      samples: Schema.optionalWith(positive, { default: () => 1 }),
      every: positive,
      patience: Schema.optional(positive),
    }),
  ),
  /** Weights and optimizer are saved after so many iterations: what a crash can cost in training. */
  saveEvery: Schema.optionalWith(positive, { default: () => 1 }),
  /** Where metrics of iterations go: to the home's folder `metrics` in any case, to the result only if asked. */
  metrics: Schema.optionalWith(Schema.Literal("file", "result"), { default: () => "file" as const }),
  /**
   * The recipe stands for the paper's: `paper` is refused unless every setting is the paper's and the server honours it;
   * `paper-approx` names in the result whatever differs.
   */
  preset: Schema.optional(Schema.Literal("paper", "paper-approx")),
})
export type GrpoRecipe = typeof GrpoRecipe.Type
export type GrpoSettings = typeof GrpoRecipe.Encoded

/** Settings that work for a 135M model on a CPU. */
export const embeddedGrpo: GrpoSettings = {
  rank: 8,
  learningRate: 1e-3,
  iterations: 8,
  prompts: 2,
  rollouts: 8,
  kl: 0.05,
}

/** What is wrong between settings that are fine each by itself. */
export const grpoProblem = (recipe: GrpoRecipe): string | undefined => {
  const { clip, filter, miniBatch, prompts, sampling, klPlacement, klEstimator, kl } = recipe
  if (sampling !== undefined && !sampling.biased && (sampling.temperature !== 1 || sampling.topP !== 1))
    return `recipe.sampling: log-probabilities are those of the untempered distribution, so training at temperature ${sampling.temperature} and top_p ${sampling.topP} is biased. Leave it out, or say biased: true, and the result says so.`
  if (miniBatch !== undefined && miniBatch > prompts)
    return `recipe.miniBatch (${miniBatch}) is larger than an iteration's prompts (${prompts}).`
  if (clip.low > 1 || clip.high < 1)
    return `recipe.clip bounds the ratio of probabilities: low is at most 1 and high at least 1, not ${clip.low} and ${clip.high}.`
  if (filter?.least !== undefined && filter.most !== undefined && filter.least > filter.most)
    return `recipe.filter lets nothing through: least (${filter.least}) is above most (${filter.most}).`
  if (kl > 0 && klPlacement === "loss-gradient" && klEstimator === "k1")
    return 'recipe.klEstimator: the gradient of k1 in the loss is 0 in the mean, which restrains nothing: say "k2" or "k3".'
  return undefined
}
