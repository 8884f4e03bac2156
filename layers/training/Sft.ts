/** Recipes for fine-tuned simulators, by name. A recipe of your own is one of these with some settings changed. */
import { endMarker } from "../generation/endMarker.ts"
import type { SftSettings } from "./SftRecipe.ts"

/**
 * The paper's (appendix C, by its public code): all weights in two passes over the corpus, packs of 4,096 tokens. For
 * models with a spare row for the end marker, on a server that trains all weights; it was run with a seed of 42.
 */
export const paper: SftSettings = {
  rank: 0,
  learningRate: 2e-5,
  warmUp: 0.1,
  schedule: "cosine",
  floor: 2e-6,
  clip: 1,
  betas: [0.9, 0.999],
  batchSize: 64,
  epochs: 2,
  maxTokens: 4096,
  packing: "whole",
  rules: "lab",
  marker: endMarker,
  evaluateEvery: 100,
  saveEvery: 25,
}

/** As the paper's later code release has it: a longer context, and no conversation in which the user has the last word. */
export const release: SftSettings = { ...paper, maxTokens: 16_384, rules: "rel" }

/**
 * Adapters, on any server. The learning rate is tinker-cookbook's: 5e-5 x 10 x (2000 / hidden)^p, with an exponent for
 * each family of models (paper 4.7). `hidden` is the model's `hidden_size`. The rest is the paper's, less the packs; and a
 * conversation ends with an empty turn, as an adapter hardly learns to say a token that the model has never said.
 */
export const lora = ({ hidden, family, rank = 32 }: LoraOptions): SftSettings => ({
  ...paper,
  rank,
  learningRate: loraLearningRate({ hidden, family }),
  floor: loraLearningRate({ hidden, family }) / 10,
  betas: [0.9, 0.95],
  clip: 0,
  packing: "none",
  overflow: "truncate",
  rules: "own",
  marker: "empty-turn",
})

export interface LoraOptions {
  readonly hidden: number
  readonly family: "qwen" | "llama"
  /** Default 32. */
  readonly rank?: number
}

export const loraLearningRate = ({ hidden, family }: Pick<LoraOptions, "hidden" | "family">) =>
  5e-5 * 10 * (2000 / hidden) ** exponents[family]

const exponents = { qwen: 0.0775, llama: 0.781 }

/** Works for a 135M model on a CPU: on the corpus of this package, perplexity of held-out user turns falls by almost half. */
export const embedded: SftSettings = {
  rank: 8,
  learningRate: 1e-3,
  batchSize: 8,
  maxTokens: 160,
  conversations: 96,
  heldOut: 48,
}
