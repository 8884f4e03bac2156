/** How well a model foresees what users wrote. All sums are over tokens, so batches can be added up. */
import { Schema } from "effect"
import { Kind } from "./SftFlip.ts"
import type { SftDatum } from "./SftDatums.ts"

/**
 * `nats` and `tokens` are of what users wrote and of the ends of their turns; `learntNats` and `learntTokens` of all
 * that is trained on, the closing turn among it. `leaving` sums the probability of leaving where the user left, over
 * `closings` conversations that have a closing turn.
 */
export const SftMeasures = Schema.Struct({
  nats: Schema.Number,
  tokens: Schema.Int,
  learntNats: Schema.Number,
  learntTokens: Schema.Int,
  leaving: Schema.Number,
  closings: Schema.Int,
})
export type SftMeasures = typeof SftMeasures.Type

/** `logprobs` are in nats, one for each target, one array for each datum. */
export const measure = (
  datums: ReadonlyArray<SftDatum>,
  logprobs: ReadonlyArray<ReadonlyArray<number>>,
): SftMeasures => {
  const found = { nats: 0, tokens: 0, learntNats: 0, learntTokens: 0, leaving: 0, closings: 0 }
  for (const [i, { kinds }] of datums.entries())
    for (const [at, kind] of kinds.entries()) {
      if (kind === Kind.masked) continue
      const logprob = logprobs[i]?.[at] ?? Number.NaN
      found.learntNats -= logprob
      found.learntTokens += 1
      if (kind === Kind.content || kind === Kind.end) {
        found.nats -= logprob
        found.tokens += 1
      }
      // The first token of a closing turn is the leaving.
      if (kind === Kind.closing && kinds[at - 1] !== Kind.closing) {
        found.leaving += Math.exp(logprob)
        found.closings += 1
      }
    }
  return found
}

export const addMeasures = (a: SftMeasures, b: SftMeasures): SftMeasures => ({
  nats: a.nats + b.nats,
  tokens: a.tokens + b.tokens,
  learntNats: a.learntNats + b.learntNats,
  learntTokens: a.learntTokens + b.learntTokens,
  leaving: a.leaving + b.leaving,
  closings: a.closings + b.closings,
})

/**
 * exp(mean nats) over the tokens that users wrote and the ends of their turns, each token as much as any other; the
 * closing turn is left out (paper 3.9).
 */
export const perplexity = ({ nats, tokens }: Pick<SftMeasures, "nats" | "tokens">) => Math.exp(nats / tokens)

/** Mean probability of leaving where the user left; null where no conversation has an end. */
export const leavingProbability = ({ leaving, closings }: Pick<SftMeasures, "leaving" | "closings">) =>
  closings === 0 ? null : leaving / closings

/** Nats per learnt token: the loss. */
export const lossOf = ({ learntNats, learntTokens }: Pick<SftMeasures, "learntNats" | "learntTokens">) =>
  learntNats / learntTokens
