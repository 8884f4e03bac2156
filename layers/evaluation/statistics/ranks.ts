/** Ranks of values, and how often values are the same. */

/** Ranks from 1, in the order of the values; equal values share the average of their ranks. */
export const averageRanks = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!)
  const ranks = values.map(() => 0)
  for (let start = 0; start < order.length;) {
    let end = start + 1
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++
    for (let at = start; at < end; at++) ranks[order[at]!] = (start + end + 1) / 2
    start = end
  }
  return ranks
}

/** How often each distinct value occurs. */
export const tieCounts = (values: ReadonlyArray<unknown>): ReadonlyArray<number> => {
  const counts = new Map<unknown, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.values()]
}
