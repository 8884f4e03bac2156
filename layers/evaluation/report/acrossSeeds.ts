/**
 * What can be said of a way to train rather than of one run: a gain for each seed, and Student's t interval of their
 * mean, since a bootstrap over three seeds covers far too little. Two ways that differ in one axis are compared seed by
 * seed, with p-values adjusted over all such comparisons (Holm).
 */
import { holm } from "../statistics/holm.ts"
import { mean as meanOf } from "../statistics/moments.ts"
import { tTest } from "../statistics/TTest.ts"
import type { Gain, SeedContrast, SeedGain } from "./ReportData.ts"
import type { Replicate, ReportInputs } from "./ReportInputs.ts"
import { isSameColumn } from "./scores.ts"

/** A row for each way and column; its interval is null with one seed. `gains` are those of single assistants. */
export const seedGains = ({ replicates = {} }: ReportInputs, gains: ReadonlyArray<Gain>): ReadonlyArray<SeedGain> =>
  groups(replicates, gains).map(({ method, column, bySeed }) => {
    const gains = [...bySeed.values()]
    return {
      method,
      ...column,
      seeds: gains.length,
      assistants: gains.map(({ assistant }) => assistant),
      ...tested(gains.map(({ mean }) => mean)),
    }
  })

/** Of ways that differ in one axis, where both have at least two seeds in common. */
export const seedContrasts = (
  { replicates = {} }: ReportInputs,
  gains: ReadonlyArray<Gain>,
): ReadonlyArray<SeedContrast> => {
  const all = groups(replicates, gains)
  const rows = all.flatMap((one, i) =>
    all.slice(i + 1).flatMap((other) => {
      if (!isSameColumn(one.column, other.column) || !differInOne(one.labels, other.labels)) return []
      const pairs = [...other.bySeed].flatMap(([seed, gain]) => {
        const base = one.bySeed.get(seed)
        return base === undefined ? [] : [{ gain, base }]
      })
      if (pairs.length < 2) return []
      return [
        {
          method: other.method,
          against: one.method,
          ...other.column,
          seeds: pairs.length,
          assistants: pairs.flatMap(({ gain, base }) => [gain.assistant, base.assistant]),
          ...tested(pairs.map(({ gain, base }) => gain.mean - base.mean)),
        },
      ]
    }),
  )
  const adjusted = holm(rows.map(({ pValue }) => pValue))
  return rows.map((row, i) => ({ ...row, adjusted: adjusted[i] ?? null }))
}

/** What replicates of one way of training have in common, in words. */
export const wayOf = ({ labels }: Replicate): string => Object.values(labels).join(", ") || "training"

interface Group {
  readonly method: string
  readonly labels: Replicate["labels"]
  readonly column: Column
  readonly bySeed: ReadonlyMap<string, SeedValue>
}
interface SeedValue {
  readonly assistant: string
  readonly mean: number
}
type Column = Pick<Gain, "simulator" | "persona" | "heldOut">

const groups = (replicates: Readonly<Record<string, Replicate>>, gains: ReadonlyArray<Gain>): ReadonlyArray<Group> => {
  const found = new Map<string, Group & { readonly bySeed: Map<string, SeedValue> }>()
  for (const { assistant, metric, mean, simulator, persona, heldOut } of gains) {
    const replicate = replicates[assistant]
    if (replicate === undefined || metric !== "reward" || mean === null) continue
    const { labels, seed } = replicate
    const method = wayOf(replicate)
    const key = JSON.stringify([labels, simulator, persona])
    const group = found.get(key) ?? {
      method,
      labels,
      column: { simulator, persona, heldOut },
      bySeed: new Map<string, SeedValue>(),
    }
    group.bySeed.set(seed, { assistant, mean })
    found.set(key, group)
  }
  return [...found.values()]
}

const differInOne = (a: Replicate["labels"], b: Replicate["labels"]) =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((axis) => a[axis] !== b[axis]).length === 1

const tested = (values: ReadonlyArray<number>) => {
  const test = tTest(values)
  return { mean: meanOf(values), low: test?.low ?? null, high: test?.high ?? null, pValue: test?.pValue ?? null }
}
