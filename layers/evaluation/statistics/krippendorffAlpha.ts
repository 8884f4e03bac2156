/**
 * Krippendorff's alpha (Krippendorff 2011): 1 - observed by expected disagreement over all pairs of ratings of one item,
 * for any number of raters, missing ratings, and four levels of measurement. Items with fewer than two ratings say
 * nothing and are left out.
 */
import { sum } from "./moments.ts"

/** nominal: same or not; ordinal: ranks; interval: (a - b)^2; ratio: ((a - b) / (a + b))^2, of which 0 / 0 is 0. */
export type Level = "nominal" | "ordinal" | "interval" | "ratio"

/** `ratings` holds for each rater one value for each item; null is missing. Null with fewer than two distinct values. */
export const krippendorffAlpha = (
  ratings: ReadonlyArray<ReadonlyArray<number | null>>,
  level: Level,
): number | null => {
  const items = Math.max(0, ...ratings.map((rater) => rater.length))
  const units = Array.from({ length: items }, (_, item) =>
    ratings.flatMap((rater) => {
      const value = rater[item] ?? null
      return value === null ? [] : [value]
    }),
  ).filter((unit) => unit.length >= 2)
  const values = [...new Set(units.flat())].sort((a, b) => a - b)
  if (values.length < 2) return null
  const totals = values.map((value) => sum(units.map((unit) => unit.filter((rating) => rating === value).length)))
  const delta = differences(values, totals, level)
  const at = new Map(values.map((value, i) => [value, i]))
  // Every ordered pair of ratings of an item, weighted so that an item counts by its ratings.
  const observed = sum(
    units.map((unit) => {
      const found = unit.map((value) => at.get(value) ?? 0)
      return sum(found.map((i) => sum(found.map((j) => delta(i, j))))) / (unit.length - 1)
    }),
  )
  const expected = sum(totals.map((inI, i) => sum(totals.map((inJ, j) => inI * inJ * delta(i, j)))))
  return 1 - ((sum(totals) - 1) * observed) / expected
}

/** Squared differences of the i-th and j-th value. */
const differences = (values: ReadonlyArray<number>, totals: ReadonlyArray<number>, level: Level) => {
  const of: Record<Level, (i: number, j: number) => number> = {
    nominal: (i, j) => (i === j ? 0 : 1),
    // Ratings between the two, with half of those at either end.
    ordinal: (i, j) => {
      const [from, to] = i < j ? [i, j] : [j, i]
      return i === j ? 0 : (sum(totals.slice(from, to + 1)) - (totals[i]! + totals[j]!) / 2) ** 2
    },
    interval: (i, j) => (values[i]! - values[j]!) ** 2,
    ratio: (i, j) => (i === j ? 0 : ((values[i]! - values[j]!) / (values[i]! + values[j]!)) ** 2),
  }
  return of[level]
}
