/**
 * How far the policy that an update starts from is from the one that sampled its data: importance weights
 * p(now) / p(sampled) of the trained tokens. In the first update of an iteration both are the same policy, and what
 * differs is how the server samples and how it trains.
 */
import type { Datum } from "../../src/domain/Datum.ts"
import type { UpdateMetrics } from "../../src/domain/IterationMetrics.ts"
import type { Loss } from "../../src/ports/Trainer.ts"
import type { TrainingRequest } from "./Policy.ts"

/** `logprobs`: of the targets before the update, one array for each datum, in nats. Zeros where nothing is trained. */
export const updateMetrics = (
  { datums, loss }: TrainingRequest,
  logprobs: ReadonlyArray<ReadonlyArray<number>>,
): UpdateMetrics => {
  const tokens = datums.flatMap((datum, i) => trained(datum, logprobs[i] ?? []))
  const weights = tokens.map(({ difference }) => Math.exp(-difference))
  return {
    tokens: tokens.length,
    klSampleTrain: {
      v1: mean(tokens.map(({ difference }) => difference)),
      v2: mean(tokens.map(({ difference }) => (difference * difference) / 2)),
    },
    weights: {
      mean: mean(weights),
      low: weights.reduce((least, weight) => Math.min(least, weight), weights[0] ?? 0),
      high: weights.reduce((most, weight) => Math.max(most, weight), weights[0] ?? 0),
    },
    clipShare: mean(tokens.map(({ advantage }, i) => (isClipped(loss, weights[i] ?? 1, advantage) ? 1 : 0))),
  }
}

/** A token whose ratio is outside the bounds on the side that its advantage pushes to has no gradient. */
const isClipped = (loss: Loss, weight: number, advantage: number) =>
  loss.kind === "ppo" && ((advantage > 0 && weight > loss.high) || (advantage < 0 && weight < loss.low))

const trained = ({ mask, logprobs = [], advantages = [] }: Datum, now: ReadonlyArray<number>) =>
  mask.flatMap((weight, at) =>
    weight === 0 ? [] : [{ difference: (logprobs[at] ?? 0) - (now[at] ?? 0), advantage: advantages[at] ?? 0 }],
  )

const mean = (values: ReadonlyArray<number>) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
