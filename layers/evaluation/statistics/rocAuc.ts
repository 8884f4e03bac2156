/**
 * Area under the ROC curve: the chance that a positive is scored above a negative, ties counting half. It is the
 * Mann-Whitney U over the number of pairs (Hanley and McNeil 1982), in [0, 1]; null where one side is empty.
 */
import { sum } from "./moments.ts"
import { averageRanks } from "./ranks.ts"

export const rocAuc = (positives: ReadonlyArray<number>, negatives: ReadonlyArray<number>): number | null => {
  const [n, m] = [positives.length, negatives.length]
  if (n === 0 || m === 0) return null
  const ranks = averageRanks([...positives, ...negatives])
  return (sum(ranks.slice(0, n)) - (n * (n + 1)) / 2) / (n * m)
}
