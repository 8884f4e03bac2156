/** How a user simulator is fine-tuned. */
import { Schema } from "effect"
import { endMarker } from "../generation/endMarker.ts"
import { FlipRules } from "./SftFlip.ts"

const positive = Schema.Int.pipe(Schema.positive())
const share = Schema.Number.pipe(Schema.greaterThanOrEqualTo(0), Schema.lessThan(1))

/**
 * The user's last turn, which ends a conversation: an empty turn, which small models learn too, or a special token. A
 * tokenizer that doesn't have the token gets it under the next free id, for which the model needs a spare row.
 */
export const Marker = Schema.Literal("empty-turn", endMarker)
export type Marker = typeof Marker.Type

export const SftRecipe = Schema.Struct({
  /** Of the LoRA adapter; 0 trains all weights, where the server can. */
  rank: Schema.NonNegativeInt,
  /** The highest: after warming up. */
  learningRate: Schema.Positive,
  /** Share of the steps in which the learning rate rises from 0, in a straight line. */
  warmUp: Schema.optionalWith(share, { default: () => 0 }),
  schedule: Schema.optionalWith(Schema.Literal("constant", "cosine"), { default: () => "constant" as const }),
  /** Learning rate of the last step, for `cosine`. */
  floor: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
  /** Largest norm of the gradient; 0 for any. SkyRL's JAX backend doesn't heed it. */
  clip: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
  weightDecay: Schema.optionalWith(Schema.NonNegative, { default: () => 0 }),
  /** Of Adam, with `eps`. */
  betas: Schema.optionalWith(Schema.Tuple(share, share), { default: () => [0.9, 0.95] as const }),
  eps: Schema.optionalWith(Schema.Positive, { default: () => 1e-8 }),
  /** Sequences in one optimizer step: conversations, or packs of them. */
  batchSize: positive,
  epochs: Schema.optionalWith(positive, { default: () => 1 }),
  /**
   * What counts as much as any other in a step's loss: a learnt token (as in the paper), or a sequence. By tokens, a
   * server that averages over sequences is asked for its `cispo` loss, which then is the cross-entropy.
   */
  average: Schema.optionalWith(Schema.Literal("tokens", "sequences"), { default: () => "tokens" as const }),
  /** Length of the context in tokens. */
  maxTokens: positive,
  /**
   * A longer conversation is left out, or cut after the last user turn that ends within the context; it then has no
   * closing turn, as it did not end there. Both are counted.
   */
  overflow: Schema.optionalWith(Schema.Literal("drop", "truncate"), { default: () => "drop" as const }),
  /**
   * `whole` puts as many whole conversations into a sequence as the context holds. No server of this protocol resets
   * attention between them, so later ones see earlier ones; fewer sequences then hold more learnt tokens each.
   */
  packing: Schema.optionalWith(Schema.Literal("none", "whole"), { default: () => "none" as const }),
  /** How conversations become tokens; of `lab` the last pack is dropped if it isn't full. */
  rules: Schema.optionalWith(FlipRules, { default: () => "own" as const }),
  marker: Schema.optionalWith(Marker, { default: () => "empty-turn" as const }),
  /** Conversations trained on, at most; drawn by the seed. */
  conversations: Schema.optional(positive),
  /** Of the validation part, for evaluations on the way; drawn likewise. */
  validation: Schema.optional(positive),
  /** Of the test part, for the perplexity before and after. */
  heldOut: Schema.optional(positive),
  /** Steps from one evaluation to the next; without it there is none, and the last state is the result. */
  evaluateEvery: Schema.optional(positive),
  /** Evaluations without a better one before training ends early. */
  patience: Schema.optional(positive),
  /** The state is saved after so many steps: what a crash can cost. */
  saveEvery: Schema.optionalWith(positive, { default: () => 4 }),
})
export type SftRecipe = typeof SftRecipe.Type
export type SftSettings = typeof SftRecipe.Encoded

/** What is wrong between settings that are fine each by itself. */
export const recipeProblem = (recipe: SftRecipe): string | undefined => {
  const { patience, evaluateEvery, validation, schedule, floor, learningRate, packing, average } = recipe
  if (evaluateEvery === undefined && patience !== undefined)
    return "recipe.patience counts evaluations, and there are none: give evaluateEvery, or leave patience out."
  if (evaluateEvery === undefined && validation !== undefined)
    return "recipe.validation is for evaluations, and there are none: give evaluateEvery, or leave validation out."
  if (schedule === "constant" && floor > 0)
    return 'recipe.floor is where a falling learning rate ends: say schedule: "cosine", or leave floor out.'
  if (floor > learningRate)
    return `recipe.floor (${floor}) is above recipe.learningRate (${learningRate}): a cosine goes down to it.`
  if (packing === "whole" && average === "sequences")
    return 'recipe.average: "sequences" counts packs, which are of no meaning: leave average or packing out.'
  return undefined
}

/**
 * Of a step, counted from 0, out of `steps`. Warming up, step s of w has (s + 1) / w of the highest rate, so that no
 * step is without effect; the last step has the floor.
 */
export const learningRateAt = (recipe: SftRecipe, step: number, steps: number): number => {
  const { learningRate, schedule, floor } = recipe
  const rising = Math.ceil(recipe.warmUp * steps)
  if (step < rising) return (learningRate * (step + 1)) / rising
  if (schedule === "constant") return learningRate
  const progress = steps - 1 > rising ? (step - rising) / (steps - 1 - rising) : 1
  return floor + ((learningRate - floor) * (1 + Math.cos(Math.PI * progress))) / 2
}

/** How often training pauses to save, to evaluate, or as it is over: step counts in order, the last one `steps`. */
export const pausesOf = ({ saveEvery, evaluateEvery }: SftRecipe, steps: number): ReadonlyArray<number> => {
  const every = (n: number) => Array.from({ length: Math.floor(steps / n) }, (_, i) => (i + 1) * n)
  const all = [...every(saveEvery), ...(evaluateEvery === undefined ? [] : every(evaluateEvery)), steps]
  return [...new Set(all)].sort((a, b) => a - b)
}

/** Whether the recipe evaluates after so many steps; the last one is always among them. */
export const evaluatesAt = ({ evaluateEvery }: SftRecipe, step: number, steps: number): boolean =>
  evaluateEvery !== undefined && (step % evaluateEvery === 0 || step === steps)
