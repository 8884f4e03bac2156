/** Observations by the cluster (participant, user, prompt) that they belong to. */
import type { Observation } from "../Bootstrap.ts"
import { sum } from "./moments.ts"

/** Values by cluster, in the order in which clusters first appear. */
export const byCluster = (observations: ReadonlyArray<Observation>): ReadonlyMap<string, ReadonlyArray<number>> => {
  const clusters = new Map<string, Array<number>>()
  for (const { cluster, value } of observations) {
    const values = clusters.get(cluster)
    if (values === undefined) clusters.set(cluster, [value])
    else values.push(value)
  }
  return clusters
}

/** Sum of value minus `from` in each cluster: clusters with more observations weigh more. */
export const clusterTotals = (observations: ReadonlyArray<Observation>, from: number): ReadonlyArray<number> =>
  [...byCluster(observations).values()].map((values) => sum(values.map((value) => value - from)))

/** Mean of value minus `from` in each cluster: every cluster weighs the same. */
export const clusterMeans = (observations: ReadonlyArray<Observation>, from: number): ReadonlyArray<number> =>
  [...byCluster(observations).values()].map((values) => sum(values) / values.length - from)
