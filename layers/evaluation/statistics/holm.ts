/**
 * Holm's step-down adjustment (Holm 1979): of m p-values in ascending order, the i-th becomes the largest
 * (m - j + 1) * p_j over j <= i, at most 1. Rejecting what is at most alpha keeps the chance of any false rejection
 * under alpha, whatever the dependence.
 */

/** In the order given. A missing p-value stays missing, and is no part of the family. */
export const holm = (pValues: ReadonlyArray<number | null>): ReadonlyArray<number | null> => {
  const order = pValues.flatMap((p, at) => (p === null ? [] : [{ p, at }])).sort((a, b) => a.p - b.p)
  const adjusted = pValues.map((): number | null => null)
  let largest = 0
  order.forEach(({ p, at }, rank) => {
    largest = Math.max(largest, Math.min(1, (order.length - rank) * p))
    adjusted[at] = largest
  })
  return adjusted
}
