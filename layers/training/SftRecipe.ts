/** How a user simulator is fine-tuned, and the batches that follow from it. */
import { Schema } from "effect"
import type { Datum } from "../../src/domain/Datum.ts"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import type { TrainingRequest } from "./Policy.ts"
import type { SftDatum } from "./SftDatums.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const SftRecipe = Schema.Struct({
  /** Of the LoRA adapter. */
  rank: positive,
  learningRate: Schema.Positive,
  /** Conversations in one optimizer step. */
  batchSize: positive,
  epochs: Schema.optionalWith(positive, { default: () => 1 }),
  /** Longer conversations are left out, and counted. */
  maxTokens: positive,
  /** Conversations trained on, at most; drawn by the seed. */
  conversations: positive,
  /** Held-out conversations that perplexity is measured on, at most. */
  heldOut: positive,
  /** The state is saved after so many steps: what a crash can cost. */
  saveEvery: Schema.optionalWith(positive, { default: () => 4 }),
})
export type SftRecipe = typeof SftRecipe.Type

/** Settings that work for a 135M model on a CPU: perplexity of held-out user turns falls by about a quarter. */
export const embeddedSft: typeof SftRecipe.Encoded = {
  rank: 8,
  learningRate: 1e-3,
  batchSize: 8,
  maxTokens: 160,
  conversations: 96,
  heldOut: 48,
}

/** At most `limit` of the items that fit, drawn by the seed and in drawn order. */
export const draw = <A>(items: ReadonlyArray<A>, limit: number, seed: ReadonlyArray<string | number>) =>
  randomFrom(deriveSeed(seed)).shuffle(items).slice(0, limit)

/** The optimizer steps of all epochs in order. Every epoch has an order of its own; a last partial batch is kept. */
export const sftSteps = (
  datums: ReadonlyArray<SftDatum>,
  recipe: SftRecipe,
  seed: number,
): ReadonlyArray<TrainingRequest> =>
  Array.from({ length: recipe.epochs }, (_, epoch) =>
    batches(randomFrom(deriveSeed([seed, "sft-order", epoch])).shuffle(datums), recipe.batchSize),
  )
    .flat()
    .map((batch) => ({
      datums: batch.map((datum) => crossEntropyDatum(datum)),
      loss: { kind: "cross_entropy" },
      adam: { learningRate: recipe.learningRate },
    }))

export const crossEntropyDatum = ({ tokens, targets, weights }: SftDatum): Datum => ({
  modelInput: tokens,
  targetTokens: targets,
  mask: weights,
})

const batches = <A>(items: ReadonlyArray<A>, size: number) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
