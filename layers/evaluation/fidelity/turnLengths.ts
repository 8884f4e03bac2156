/** How long user turns are, in words between white space. */
import type { Lengths } from "../../../src/domain/Fidelity.ts"
import { quantile } from "../quantile.ts"

export const wordCount = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length

/** Quantiles are interpolated as `quantile` does; null where there is no turn. */
export const lengthsOf = (words: ReadonlyArray<number>): Lengths => {
  const sorted = [...words].sort((a, b) => a - b)
  const at = (q: number) => (sorted.length === 0 ? null : quantile(sorted, q))
  const mean = sorted.length === 0 ? null : sorted.reduce((sum, count) => sum + count, 0) / sorted.length
  return { turns: sorted.length, mean, p10: at(0.1), median: at(0.5), p90: at(0.9) }
}

/**
 * Wasserstein-1 distance of two samples: the area between their distribution functions, in the unit of the values. It
 * is the mean by which the values of one have to change to be distributed as the other. Null where a side is empty.
 */
export const wasserstein = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): number | null => {
  if (one.length === 0 || other.length === 0) return null
  const [a, b] = [[...one].sort((x, y) => x - y), [...other].sort((x, y) => x - y)]
  const points = [...new Set([...a, ...b])].sort((x, y) => x - y)
  let [i, j, area] = [0, 0, 0]
  for (const [at, point] of points.entries()) {
    while (i < a.length && a[i]! <= point) i++
    while (j < b.length && b[j]! <= point) j++
    area += Math.abs(i / a.length - j / b.length) * ((points[at + 1] ?? point) - point)
  }
  return area
}
