/** Sums over rollouts, for curves and tables. */
import type { Ending } from "../../src/domain/Conversation.ts"
import type { EndingCounts, FailureCount, RefusalCounts } from "../../src/domain/Results.ts"
import type { Rollout } from "../../src/domain/Rollout.ts"

/** What became of rollouts; each list most frequent first. */
export interface Outcomes {
  readonly rollouts: number
  readonly endings: EndingCounts
  readonly refusals: RefusalCounts
  readonly failures: ReadonlyArray<FailureCount>
}

export const outcomesOf = (rollouts: ReadonlyArray<Rollout>): Outcomes =>
  mergedCounts(
    rollouts.map(({ ending, refusals, failure }) => ({
      rollouts: 1,
      endings: [{ ending, count: 1 }],
      refusals,
      failures: failure === null ? [] : [{ ...failure, count: 1 }],
    })),
  )

export const mergedCounts = (parts: ReadonlyArray<Outcomes>): Outcomes => ({
  rollouts: parts.reduce((sum, { rollouts }) => sum + rollouts, 0),
  endings: summed(
    parts.flatMap(({ endings }) => endings),
    ({ ending }): { readonly ending: Ending } => ({ ending }),
  ),
  refusals: summed(
    parts.flatMap(({ refusals }) => refusals),
    ({ reason }) => ({ reason }),
  ),
  failures: failureCounts(parts.flatMap(({ failures }) => failures)),
})

/** Failures by who caused them and why, most frequent first. */
export const failureCounts = (failures: ReadonlyArray<FailureCount>): ReadonlyArray<FailureCount> =>
  summed(failures, ({ by, reason }) => ({ by, reason }))

const summed = <A extends { readonly count: number }, K extends object>(
  items: ReadonlyArray<A>,
  keyOf: (item: A) => K,
): ReadonlyArray<K & { readonly count: number }> => {
  const counts = new Map<string, K & { readonly count: number }>()
  for (const item of items) {
    const key = keyOf(item)
    const name = JSON.stringify(key)
    counts.set(name, { ...key, count: (counts.get(name)?.count ?? 0) + item.count })
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)
}

/** Mean reward over rollouts with a verdict; null where there is none. */
export const meanReward = (rollouts: ReadonlyArray<Rollout>) => {
  const rewards = rollouts.flatMap(({ verdict }) => (verdict === null ? [] : [verdict.reward]))
  return rewards.length === 0 ? null : mean(rewards)
}

/** Mean of every measure over the rollouts that have it. */
export const meanMeasures = (rollouts: ReadonlyArray<Rollout>): Readonly<Record<string, number>> => {
  const values = new Map<string, Array<number>>()
  for (const { verdict } of rollouts)
    for (const [name, value] of Object.entries(verdict?.measures ?? {}))
      values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries([...values].map(([name, found]) => [name, mean(found)]))
}

const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
