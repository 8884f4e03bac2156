/**
 * Agreement beyond chance: Cohen's kappa of two raters (Cohen 1960; weighted 1968) and Fleiss' of any number of raters
 * who all rated everything (Fleiss 1971). 1 is perfect, 0 is what chance gives with these marginals. For missing ratings
 * or ordered scales of more than two raters, use `krippendorffAlpha`. Null where they are undefined: all ratings equal.
 */
import { sum } from "./moments.ts"

export type Label = string | number | boolean

/**
 * 1 - sum(w o) / sum(w e), o the observed shares of label pairs and e those of independent raters with the same
 * marginals. w is 1 off the diagonal, or grows with the distance of the labels' ranks in the sorted union of labels.
 * Throws `RangeError` where the lists differ in length.
 */
export const cohenKappa = (
  a: ReadonlyArray<Label>,
  b: ReadonlyArray<Label>,
  weights: "unweighted" | "linear" | "quadratic" = "unweighted",
): number | null => {
  if (a.length !== b.length)
    throw new RangeError(`Two raters of the same items have ${a.length} and ${b.length} labels.`)
  const labels = sortedLabels([...a, ...b])
  const rank = new Map(labels.map((label, i) => [label, i]))
  const [ofA, ofB] = [a, b].map((ratings) => ratings.map((label) => rank.get(label) ?? 0)) as [number[], number[]]
  const observed = sum(ofA.map((i, item) => distance[weights](i, ofB[item]!)))
  const count = (ratings: ReadonlyArray<number>) => labels.map((_, i) => ratings.filter((at) => at === i).length)
  const [countA, countB] = [count(ofA), count(ofB)]
  const expected = sum(countA.map((inA, i) => sum(countB.map((inB, j) => inA * inB * distance[weights](i, j)))))
  return expected === 0 ? null : 1 - (observed * a.length) / expected
}

const distance = {
  unweighted: (i: number, j: number) => (i === j ? 0 : 1),
  linear: (i: number, j: number) => Math.abs(i - j),
  quadratic: (i: number, j: number) => (i - j) ** 2,
}

/**
 * (P - Pe) / (1 - Pe): P the mean share of agreeing pairs of raters by item, Pe the sum of squared label shares.
 * `ratings` holds for each item one label from each rater. Throws `RangeError` where items differ in their number.
 */
export const fleissKappa = (ratings: ReadonlyArray<ReadonlyArray<Label>>): number | null => {
  const counts = labelCounts(ratings)
  const raters = ratings[0]?.length ?? 0
  if (ratings.some((item) => item.length !== raters))
    throw new RangeError("Fleiss' kappa needs as many ratings of every item; krippendorffAlpha takes missing ones.")
  if (raters < 2) return null
  const agreeing = counts.map((item) => (sum(item.map((count) => count * count)) - raters) / (raters * (raters - 1)))
  const shares = (counts[0] ?? []).map((_, label) => sum(counts.map((item) => item[label]!)) / (counts.length * raters))
  const byChance = sum(shares.map((share) => share * share))
  return shares.length < 2 ? null : (sum(agreeing) / counts.length - byChance) / (1 - byChance)
}

/** For each item how often each label was given; labels in order, those that occur. */
export const labelCounts = (ratings: ReadonlyArray<ReadonlyArray<Label>>): ReadonlyArray<ReadonlyArray<number>> => {
  const labels = sortedLabels(ratings.flat())
  return ratings.map((item) => labels.map((label) => item.filter((given) => given === label).length))
}

/** Numbers by size, all else as text. */
const sortedLabels = (labels: ReadonlyArray<Label>): ReadonlyArray<Label> =>
  [...new Set(labels)].sort((a, b) =>
    typeof a === "number" && typeof b === "number" ? a - b : String(a) < String(b) ? -1 : 1,
  )
