/**
 * A mean of values in clusters (participants, users) with the cluster-robust standard error of Liang and Zeger (1986):
 * SE = sqrt(c * sum_i (sum_j (y_ij - p))^2) / N, over clusters i of N values y_ij in all, p their mean. c is
 * G / (G - 1) for G clusters (the usual correction of few clusters) or 1. Equal to an ordinary regression on a constant.
 */
import type { Observation } from "../Bootstrap.ts"
import { byCluster } from "./clusters.ts"
import { normalQuantile, normalTwoSided, tQuantile, tTwoSided, upperTail } from "./distributions.ts"
import { allEqual, around, mean, sum } from "./moments.ts"
import type { Interval } from "./moments.ts"

export interface ClusteredOptions {
  /** What the p-values test the mean against; by default an even win rate. */
  readonly against?: number
  /** Between 0 and 1. */
  readonly confidence?: number
  /** Multiply the variance by G / (G - 1), as by default. */
  readonly corrected?: boolean
}

export interface ClusteredMean {
  readonly mean: number
  readonly n: number
  readonly clusters: number
  readonly standardError: number
  readonly degreesOfFreedom: number
  /** Good for some 40 clusters and more. */
  readonly normal: Interval
  /** With G - 1 degrees of freedom: the one to report. */
  readonly t: Interval
  /** Two-sided p-values of a mean equal to `against`; null where the standard error is 0. */
  readonly pNormal: number | null
  readonly pT: number | null
}

/** Null for fewer than two clusters: one says nothing about how clusters differ. */
export const clusteredMean = (
  observations: ReadonlyArray<Observation>,
  { against = 0.5, confidence = 0.95, corrected = true }: ClusteredOptions = {},
): ClusteredMean | null => {
  const groups = [...byCluster(observations).values()]
  if (groups.length < 2) return null
  const values = observations.map(({ value }) => value)
  const center = mean(values)
  const residuals = groups.map((group) => sum(group.map((value) => value - center)))
  const factor = corrected ? groups.length / (groups.length - 1) : 1
  const standardError = allEqual(values)
    ? 0
    : Math.sqrt(factor * sum(residuals.map((residual) => residual ** 2))) / values.length
  const degreesOfFreedom = groups.length - 1
  const p = upperTail(confidence)
  const z = (center - against) / standardError
  return {
    mean: center,
    n: values.length,
    clusters: groups.length,
    standardError,
    degreesOfFreedom,
    normal: around(center, normalQuantile(p) * standardError),
    t: around(center, tQuantile(p, degreesOfFreedom) * standardError),
    pNormal: standardError === 0 ? null : normalTwoSided(z),
    pT: standardError === 0 ? null : tTwoSided(z, degreesOfFreedom),
  }
}
