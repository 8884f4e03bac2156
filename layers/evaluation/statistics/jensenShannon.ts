/**
 * Jensen-Shannon divergence of two distributions over the same categories (Lin 1991): the mean Kullback-Leibler
 * divergence to their average, 0 log 0 = 0. Counts or shares: each vector is divided by its own sum.
 *
 * Sources differ in what they report, so that all are named here: `nats` (natural logarithm, 0 to ln 2 = 0.693, what the
 * paper reports), `bits` (base 2, 0 to 1), `distance` (square root of nats, what SciPy's `jensenshannon` gives).
 */
import { sum } from "./moments.ts"

export interface JensenShannon {
  readonly nats: number
  readonly bits: number
  readonly distance: number
}

/**
 * Null where a vector sums to 0: nothing was counted, which is no distribution. Equal distributions give exactly 0,
 * where rounding would make the divergence negative and its square root not a number.
 * Throws `RangeError` where the vectors differ in length or hold negative or missing numbers.
 */
export const jensenShannon = (p: ReadonlyArray<number>, q: ReadonlyArray<number>): JensenShannon | null => {
  if (p.length !== q.length)
    throw new RangeError(`Distributions over ${p.length} and ${q.length} categories don't compare.`)
  const [a, b] = [shares(p), shares(q)]
  if (a === null || b === null) return null
  const average = a.map((share, i) => (share + b[i]!) / 2)
  const nats = Math.min(Math.LN2, Math.max(0, (divergence(a, average) + divergence(b, average)) / 2))
  return { nats, bits: nats / Math.LN2, distance: Math.sqrt(nats) }
}

/**
 * With `epsilon` added to every entry as it is, before dividing by the sum: the paper's code does so with 1e-10 on
 * shares. An all-zero vector becomes uniform, which is why skipping it (`jensenShannon`) is the better choice.
 */
export const smoothedJensenShannon = (
  p: ReadonlyArray<number>,
  q: ReadonlyArray<number>,
  epsilon = 1e-10,
): JensenShannon | null =>
  jensenShannon(
    p.map((value) => value + epsilon),
    q.map((value) => value + epsilon),
  )

const shares = (values: ReadonlyArray<number>): ReadonlyArray<number> | null => {
  const total = sum(values)
  if (!Number.isFinite(total) || values.some((value) => value < 0))
    throw new RangeError("A distribution has no negative and no missing entries.")
  return total === 0 ? null : values.map((value) => value / total)
}

const divergence = (from: ReadonlyArray<number>, to: ReadonlyArray<number>) =>
  sum(from.map((share, i) => (share === 0 ? 0 : share * Math.log(share / to[i]!))))
