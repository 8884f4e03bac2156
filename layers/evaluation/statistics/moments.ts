/** Sums, means and spreads of plain numbers. */

export const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** NaN where there are no values. Of equal values it is that value, without rounding. */
export const mean = (values: ReadonlyArray<number>): number =>
  allEqual(values) ? values[0]! : sum(values) / values.length

/** With n - 1 below; NaN for fewer than two values. */
export const sampleVariance = (values: ReadonlyArray<number>): number => {
  const center = mean(values)
  return sum(values.map((value) => (value - center) ** 2)) / (values.length - 1)
}

/** With n - 1 below; NaN for fewer than two values. */
export const sampleDeviation = (values: ReadonlyArray<number>): number => Math.sqrt(sampleVariance(values))

/** True of one value or more that are all the same: their spread is 0 exactly, which sums would miss by rounding. */
export const allEqual = (values: ReadonlyArray<number>): boolean =>
  values.length > 0 && values.every((value) => value === values[0])

/** Lower and upper bound, in the unit of the values. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Not clipped: near a bound of the scale the normal and the t interval may leave it, which tells how rough they are. */
export const around = (center: number, halfWidth: number): Interval => ({
  low: center - halfWidth,
  high: center + halfWidth,
})
