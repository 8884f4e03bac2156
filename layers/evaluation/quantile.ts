/**
 * The `q`-quantile of values in ascending order, by linear interpolation between the two nearest order statistics
 * (Hyndman and Fan's type 7, the default of NumPy and R). NaN where there are no values.
 */
export const quantile = (sorted: ArrayLike<number>, q: number): number => {
  const position = (sorted.length - 1) * q
  const low = sorted[Math.floor(position)]
  const high = sorted[Math.ceil(position)]
  if (low === undefined || high === undefined) return Number.NaN
  return low + (high - low) * (position - Math.floor(position))
}
