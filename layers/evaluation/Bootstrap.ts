/**
 * Percentile bootstrap of a mean (Efron and Tibshirani 1993, chapter 13), with the settings of the paper's
 * cross-simulator cells: 10,000 resamples, seed 0, 95% (paper 3.9). Where several values come from one user or one
 * prompt they are not independent: then whole clusters are resampled (Davison and Hinkley 1997, section 3.8).
 */
import { Iterable as Iter } from "effect"
import { meanIntervals } from "./meanIntervals.ts"

export interface BootstrapOptions {
  /** Resamples. */
  readonly resamples?: number
  readonly seed?: number
  /** Between 0 and 1. */
  readonly confidence?: number
}

/** A mean with its uncertainty, in the unit of the values. */
export interface MeanInterval {
  readonly mean: number
  /** Null where there is only one cluster: one observation says nothing about spread. */
  readonly low: number | null
  readonly high: number | null
  /** Standard deviation of the resampled means; null like the bounds. */
  readonly standardError: number | null
  /** Values, and clusters that they lie in. */
  readonly n: number
  readonly clusters: number
}

export interface Observation {
  readonly cluster: string
  readonly value: number
}

/** A value of one side of a paired comparison. Values of one prompt are averaged before they are paired. */
export interface PairedObservation extends Observation {
  readonly prompt: string
}

/** Of independent values; null where there are none. */
export const bootstrapMean = (values: ReadonlyArray<number>, options: BootstrapOptions = {}): MeanInterval | null =>
  resampled(
    values.map((value) => ({ sum: value, count: 1 })),
    options,
  )

/**
 * Of values in clusters (users): clusters are resampled whole, the statistic is the sum of all values over their number,
 * so that large clusters weigh more. Null where there are no values.
 */
export const bootstrapClusteredMean = (
  observations: ReadonlyArray<Observation>,
  options: BootstrapOptions = {},
): MeanInterval | null => resampled(byCluster(observations), options)

/**
 * `bootstrapClusteredMean` of each list, which is read once. Lists with equally many clusters share the work of drawing:
 * with thousands of clusters that is most of it.
 */
export const bootstrapClusteredMeans = (
  lists: Iterable<ReadonlyArray<Observation>>,
  options: BootstrapOptions = {},
): ReadonlyArray<MeanInterval | null> => meanIntervals(Iter.map(lists, byCluster), options)

/** What one cluster adds to a ratio. */
export interface Ratio {
  readonly sum: number
  readonly count: number
}

/**
 * Of a ratio of totals, such as nats per token: all sums over all counts, clusters resampled whole, so that large ones
 * weigh more. `n` is the total of the counts. Null where that is 0.
 */
export const bootstrapRatio = (clusters: ReadonlyArray<Ratio>, options: BootstrapOptions = {}): MeanInterval | null =>
  resampled(
    clusters.filter(({ count }) => count > 0),
    options,
  )

/**
 * Mean of `treatment` minus `control` by prompt, over the prompts that both have; clusters are resampled whole.
 * `n` counts prompts. Null where no prompt is shared.
 */
export const pairedDifference = (
  treatment: ReadonlyArray<PairedObservation>,
  control: ReadonlyArray<PairedObservation>,
  options: BootstrapOptions = {},
): MeanInterval | null => bootstrapClusteredMean(differences(treatment, control), options)

/** Treatment minus control for each prompt that both have, in the order of `treatment`. */
export const differences = (
  treatment: ReadonlyArray<PairedObservation>,
  control: ReadonlyArray<PairedObservation>,
): ReadonlyArray<PairedObservation> => {
  const other = new Map(byPrompt(control).map(({ prompt, value }) => [prompt, value]))
  return byPrompt(treatment).flatMap(({ prompt, cluster, value }) => {
    const base = other.get(prompt)
    return base === undefined ? [] : [{ prompt, cluster, value: value - base }]
  })
}

/** One observation for each prompt: the mean of its values. */
export const byPrompt = (observations: ReadonlyArray<PairedObservation>): ReadonlyArray<PairedObservation> => {
  const prompts = new Map<string, Ratio & { readonly cluster: string }>()
  for (const { prompt, cluster, value } of observations) {
    const { sum, count } = prompts.get(prompt) ?? { sum: 0, count: 0 }
    prompts.set(prompt, { cluster, sum: sum + value, count: count + 1 })
  }
  return [...prompts].map(([prompt, { cluster, sum, count }]) => ({ prompt, cluster, value: sum / count }))
}

const byCluster = (observations: ReadonlyArray<Observation>): ReadonlyArray<Ratio> => {
  const clusters = new Map<string, Ratio>()
  for (const { cluster, value } of observations) {
    const { sum, count } = clusters.get(cluster) ?? { sum: 0, count: 0 }
    clusters.set(cluster, { sum: sum + value, count: count + 1 })
  }
  return [...clusters.values()]
}

const resampled = (clusters: ReadonlyArray<Ratio>, options: BootstrapOptions): MeanInterval | null =>
  meanIntervals([clusters], options)[0] ?? null
