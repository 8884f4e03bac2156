/** Recipes for assistants, by name. A recipe of your own is one of these with some settings changed. */
import { embeddedGrpo } from "./GrpoRecipe.ts"
import type { GrpoSettings } from "./GrpoRecipe.ts"

/**
 * The paper's (appendix F). It is refused where a server does not honour every setting, and no server of the Tinker
 * protocol has a KL term in its loss. How many iterations the paper ran is not known: 200 is a number of this package.
 */
export const paper: GrpoSettings = {
  preset: "paper",
  rank: 0,
  learningRate: 8e-7,
  betas: [0.9, 0.999],
  weightDecay: 0.01,
  gradientClip: 1,
  iterations: 200,
  prompts: 64,
  rollouts: 5,
  miniBatch: 16,
  loss: "ppo",
  clip: { low: 0.8, high: 1.2 },
  reduction: "token-mean",
  divideByStd: true,
  dropConstantGroups: false,
  kl: 1e-3,
  klEstimator: "k3",
  klPlacement: "loss",
  limits: { turns: 5, promptTokens: 2048, totalTokens: 16_384 },
  validation: { prompts: 10_000, every: 20 },
  saveEvery: 20,
  metrics: "result",
}

/**
 * The nearest to the paper's that servers can do: adapters in place of all weights at ten times the learning rate
 * (paper 4.7), and the gradient of k3 added to advantages. What differs is named in the result.
 */
export const paperApprox: GrpoSettings = {
  ...paper,
  preset: "paper-approx",
  rank: 32,
  learningRate: 8e-6,
  klPlacement: "loss-gradient",
  validation: { prompts: 500, every: 20 },
}

/** Works for a 135M model on a CPU. */
export const embedded: GrpoSettings = embeddedGrpo
