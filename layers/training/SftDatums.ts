/** Training sequences as a trainer takes them, and a step's loss whatever the trainer makes of token losses. */
import type { Datum } from "../../src/domain/Datum.ts"
import type { LossScale } from "../../src/ports/Trainer.ts"
import type { TrainingRequest } from "./Policy.ts"
import { Kind } from "./SftFlip.ts"
import type { SftSample } from "./SftFlip.ts"
import type { SftRecipe } from "./SftRecipe.ts"

/** Arrays of one length: `kinds[i]` is of `targets[i]`, the token after `tokens[i]`. */
export interface SftDatum {
  readonly tokens: ReadonlyArray<number>
  readonly targets: ReadonlyArray<number>
  readonly kinds: ReadonlyArray<Kind>
}

/** Samples one behind the other, shifted by one token, up to the last learnt token. */
export const sftDatum = (samples: ReadonlyArray<SftSample>): SftDatum => {
  const ids = samples.flatMap((sample) => sample.ids)
  const kinds = samples.flatMap((sample) => sample.kinds)
  const last = kinds.findLastIndex((kind) => kind !== Kind.masked)
  return { tokens: ids.slice(0, last), targets: ids.slice(1, last + 1), kinds: kinds.slice(1, last + 1) }
}

/** Every learnt token counts as 1: for log-probabilities, whose pass has no gradient. */
export const crossEntropyDatum = ({ tokens, targets, kinds }: SftDatum): Datum => ({
  modelInput: tokens,
  targetTokens: targets,
  mask: kinds.map((kind) => (kind === Kind.masked ? 0 : 1)),
})

/** One optimizer step. */
export const sftRequest = (
  datums: ReadonlyArray<SftDatum>,
  recipe: SftRecipe,
  { learningRate, scale }: { readonly learningRate: number; readonly scale: LossScale },
): TrainingRequest => ({
  ...averaged(datums.map(crossEntropyDatum), recipe.average, scale),
  adam: {
    learningRate,
    beta1: recipe.betas[0],
    beta2: recipe.betas[1],
    eps: recipe.eps,
    weightDecay: recipe.weightDecay,
    gradClipNorm: recipe.clip,
  },
})

/**
 * Datums and loss whose gradient on a server of that scale is the one of the mean cross-entropy: over all learnt tokens
 * of the batch (paper 2.4), or of the means over each sequence's.
 *
 * Where the server divides each sequence's loss by the sum of its weights, weights can't tell sequences apart. There the
 * loss is `cispo` with the ratio held at 1, which is the cross-entropy times a token's advantage: the advantages carry
 * what the weights can't.
 */
export const averaged = (
  datums: ReadonlyArray<Datum>,
  average: SftRecipe["average"],
  scale: LossScale,
): Pick<TrainingRequest, "datums" | "loss"> => {
  const counts = datums.map(({ mask }) => sum(mask))
  const total = sum(counts)
  const cross_entropy = { kind: "cross_entropy" } as const
  if (scale === "token-sum") {
    const weightOf = (count: number) => (average === "tokens" ? 1 / total : 1 / (count * datums.length))
    return { datums: datums.map((datum, i) => scaled(datum, weightOf(counts[i] ?? 0))), loss: cross_entropy }
  }
  if (average === "sequences" || counts.every((count) => count === counts[0])) return { datums, loss: cross_entropy }
  return {
    datums: datums.map((datum, i) => ({
      ...datum,
      logprobs: datum.mask.map(() => 0),
      advantages: datum.mask.map((weight) => (weight * (counts[i] ?? 0) * datums.length) / total),
    })),
    loss: { kind: "cispo", low: 1, high: 1 },
  }
}

const scaled = (datum: Datum, factor: number): Datum => ({
  ...datum,
  mask: datum.mask.map((weight) => weight * factor),
})

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
