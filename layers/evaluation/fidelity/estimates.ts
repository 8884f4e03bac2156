/** Means with intervals as results hold them: whole conversations are resampled, 10,000 times under seed 0. */
import type { Estimate } from "../../../src/domain/Fidelity.ts"
import { bootstrapClusteredMean, bootstrapRatio, pairedDifference } from "../Bootstrap.ts"
import type { BootstrapOptions, MeanInterval, Ratio } from "../Bootstrap.ts"

/** A value of a conversation, by the conversation's id. */
export interface Valued {
  readonly conversation: string
  readonly value: number
}

/** The mean of all values, so that conversations with more of them weigh more. */
export const meanOf = (values: ReadonlyArray<Valued>, options?: BootstrapOptions) =>
  estimateOf(
    bootstrapClusteredMean(
      values.map(({ conversation, value }) => ({ cluster: conversation, value })),
      options,
    ),
  )

/** Mean over conversations of the one side's mean less the other's, over those that both have. */
export const differenceOf = (
  one: ReadonlyArray<Valued>,
  other: ReadonlyArray<Valued>,
  options?: BootstrapOptions,
): Estimate | null => {
  const observed = (values: ReadonlyArray<Valued>) =>
    values.map(({ conversation, value }) => ({ prompt: conversation, cluster: conversation, value }))
  return estimateOf(pairedDifference(observed(one), observed(other), options))
}

/** Sum over sum, one ratio's parts for each conversation; `scale` is applied to the mean and its bounds. */
export const ratioOf = (
  parts: ReadonlyArray<Ratio>,
  scale: (value: number) => number = (value) => value,
  options?: BootstrapOptions,
) => estimateOf(bootstrapRatio(parts, options), scale)

const estimateOf = (
  interval: MeanInterval | null,
  scale: (value: number) => number = (value) => value,
): Estimate | null => {
  if (interval === null) return null
  const bound = (value: number | null) => (value === null ? null : scale(value))
  const { mean, low, high, n, clusters } = interval
  return { mean: scale(mean), low: bound(low), high: bound(high), n, conversations: clusters }
}
