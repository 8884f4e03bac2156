/** Percentile bootstrap intervals of means from the totals of their clusters, many at a time. */
import { Array as Arr } from "effect"
import type { BootstrapOptions, MeanInterval, Ratio } from "./Bootstrap.ts"
import { quantile } from "./quantile.ts"
import { resamples } from "./resamples.ts"

/**
 * One for each list of clusters, in their order; null where the counts of a list are 0 in all. Lists of equal length take
 * the same draws, which are made once for them all.
 */
export const meanIntervals = (
  lists: Iterable<ReadonlyArray<Ratio>>,
  { resamples: count = 10_000, seed = 0, confidence = 0.95 }: BootstrapOptions,
): ReadonlyArray<MeanInterval | null> => {
  const all = Array.from(lists, totalsOf)
  const spread = all.filter(({ sums }) => sums.length > 1)
  const bySize = Object.values(Arr.groupBy(spread, ({ sums }) => String(sums.length)))
  const means = new Map(bySize.flatMap((group) => Arr.zip(group, resampledMeans(group, count, seed))))
  const tail = (1 - confidence) / 2
  return all.map((totals) => {
    const n = sumOf(totals.counts)
    if (n === 0) return null
    const point = { mean: sumOf(totals.sums) / n, n, clusters: totals.sums.length }
    const sorted = means.get(totals)
    return sorted === undefined
      ? { ...point, low: null, high: null, standardError: null }
      : { ...point, low: quantile(sorted, tail), high: quantile(sorted, 1 - tail), standardError: deviation(sorted) }
  })
}

/** By cluster; 16 bytes for each, so that lists can be let go. */
interface Totals {
  readonly sums: Float64Array
  readonly counts: Float64Array
}

const totalsOf = (clusters: ReadonlyArray<Ratio>): Totals => ({
  sums: Float64Array.from(clusters, ({ sum }) => sum),
  counts: Float64Array.from(clusters, ({ count }) => count),
})

/** Of each of a group with equally many clusters, in ascending order. */
const resampledMeans = (group: Arr.NonEmptyReadonlyArray<Totals>, count: number, seed: number) => {
  const means = group.map(() => new Float64Array(count))
  let resample = 0
  for (const drawn of resamples(group[0].sums.length, count, seed)) {
    for (const [i, totals] of group.entries()) means[i]![resample] = resampledMean(totals, drawn)
    resample += 1
  }
  return means.map((values) => values.sort())
}

const resampledMean = ({ sums, counts }: Totals, drawn: Uint32Array) => {
  let [sum, count] = [0, 0]
  for (let i = 0; i < drawn.length; i++) {
    sum += sums[drawn[i]!]!
    count += counts[drawn[i]!]!
  }
  return sum / count
}

/** With n - 1 below, as SciPy's `bootstrap` has it. */
const deviation = (values: Float64Array) => {
  const mean = sumOf(values) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1))
}

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
