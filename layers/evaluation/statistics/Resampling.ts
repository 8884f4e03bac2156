/**
 * Bootstrap of any statistic of independent units: percentile, and bias-corrected and accelerated (Efron 1987; Efron and
 * Tibshirani 1993, chapters 13 and 14). Units are what is drawn with replacement; where values come in clusters, whole
 * clusters are the units. Percentile intervals of means equal those of `bootstrapMean` and `bootstrapClusteredMean`.
 */
import { randomFrom } from "../../../src/domain/Seed.ts"
import type { BootstrapOptions, MeanInterval, Observation } from "../Bootstrap.ts"
import { quantile } from "../quantile.ts"
import { byCluster } from "./clusters.ts"
import { normalCdf, normalQuantile } from "./distributions.ts"
import { allEqual, mean, sampleDeviation, sum } from "./moments.ts"

export interface ResamplingOptions extends BootstrapOptions {
  /** BCa corrects for bias and skew, and is the better one for skewed values and small samples. */
  readonly method?: "percentile" | "bca"
}

export interface Resampled {
  readonly estimate: number
  /** Null for fewer than two units, and for BCa where all resamples lie on one side of the estimate. */
  readonly low: number | null
  readonly high: number | null
  /** Standard deviation of the resampled statistics. */
  readonly standardError: number | null
  readonly units: number
}

/** Null where there are no units. Defaults: percentile, 10,000 resamples, seed 0, 95%. */
export const bootstrap = <A>(
  units: ReadonlyArray<A>,
  statistic: (sample: ReadonlyArray<A>) => number,
  { method = "percentile", resamples = 10_000, seed = 0, confidence = 0.95 }: ResamplingOptions = {},
): Resampled | null => {
  if (units.length === 0) return null
  const estimate = statistic(units)
  if (units.length === 1) return { estimate, low: null, high: null, standardError: null, units: 1 }
  const { int } = randomFrom(seed)
  const drawn = Float64Array.from({ length: resamples }, () => statistic(units.map(() => units[int(units.length)]!)))
  drawn.sort()
  const tail = (1 - confidence) / 2
  const tails =
    method === "bca" ? acceleratedTails(units, statistic, estimate, drawn, tail) : ([tail, 1 - tail] as const)
  return {
    estimate,
    low: tails === null ? null : quantile(drawn, tails[0]),
    high: tails === null ? null : quantile(drawn, tails[1]),
    standardError: sampleDeviation([...drawn]),
    units: units.length,
  }
}

/** The mean of all values, clusters drawn whole: their sums over their numbers. Null where there are no values. */
export const clusterBootstrap = (
  observations: ReadonlyArray<Observation>,
  options: ResamplingOptions = {},
): MeanInterval | null => {
  const clusters = [...byCluster(observations).values()].map((values) => ({ sum: sum(values), count: values.length }))
  const found = bootstrap(clusters, (sample) => total(sample, "sum") / total(sample, "count"), options)
  if (found === null) return null
  const { estimate, units, ...rest } = found
  return { mean: estimate, ...rest, n: observations.length, clusters: units }
}

/** The two quantiles of the resampled statistics that BCa takes; null where its bias correction is infinite. */
const acceleratedTails = <A>(
  units: ReadonlyArray<A>,
  statistic: (sample: ReadonlyArray<A>) => number,
  estimate: number,
  drawn: Float64Array,
  tail: number,
): readonly [number, number] | null => {
  const jackknifed = units.map((_, i) => statistic(units.filter((_, other) => other !== i)))
  if (allEqual(jackknifed)) return [tail, 1 - tail]
  const below = drawn.filter((value) => value < estimate).length
  const notAbove = drawn.filter((value) => value <= estimate).length
  // Ties count half, as SciPy has it: statistics of counts move in steps.
  const bias = normalQuantile((below + notAbove) / (2 * drawn.length))
  if (!Number.isFinite(bias)) return null
  const center = mean(jackknifed)
  const deviations = jackknifed.map((value) => center - value)
  const acceleration =
    sum(deviations.map((value) => value ** 3)) / (6 * sum(deviations.map((value) => value ** 2)) ** 1.5)
  const at = (probability: number) => {
    const z = bias + normalQuantile(probability)
    return normalCdf(bias + z / (1 - acceleration * z))
  }
  return [at(tail), at(1 - tail)]
}

const total = (clusters: ReadonlyArray<{ readonly sum: number; readonly count: number }>, field: "sum" | "count") =>
  clusters.reduce((all, cluster) => all + cluster[field], 0)
