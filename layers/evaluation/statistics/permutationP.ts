/** Exact p-value of Spearman's rho for few pairs, where Student's t is far off: at rho = 1 it says 0. */
import { averageRanks } from "./ranks.ts"

/** Pairs up to which all orders are gone through: 40,320 of 8. */
const most = 8

/**
 * Two-sided: the share of all n! orders of `y` whose rank correlation with `x` is at least as far from 0 as this one's.
 * Null for more than eight pairs, and where one side is constant.
 */
export const permutationP = (x: ReadonlyArray<number>, y: ReadonlyArray<number>): number | null => {
  const n = x.length
  if (n !== y.length) throw new RangeError(`A correlation needs pairs: there are ${n} and ${y.length} values.`)
  if (n < 2 || n > most) return null
  const middle = (n + 1) / 2
  const [a, b] = [averageRanks(x), averageRanks(y)].map((ranks) => ranks.map((rank) => rank - middle))
  if (a === undefined || b === undefined || a.every((rank) => rank === 0) || b.every((rank) => rank === 0)) return null
  // Multiples of a quarter, so that equal products compare as equal.
  const observed = Math.abs(a.reduce((sum, rank, i) => sum + rank * b[i]!, 0))
  const used = Array.from({ length: n }, () => false)
  let [extreme, all] = [0, 0]
  const place = (i: number, sum: number): void => {
    if (i === n) {
      all++
      if (Math.abs(sum) >= observed) extreme++
      return
    }
    for (let j = 0; j < n; j++) {
      if (used[j] === true) continue
      used[j] = true
      place(i + 1, sum + a[i]! * b[j]!)
      used[j] = false
    }
  }
  place(0, 0)
  return extreme / all
}
