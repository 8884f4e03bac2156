/** Sums over rollouts, for curves and tables. */
import type { FailureCount } from "../../src/domain/Results.ts"
import type { Rollout } from "../../src/domain/Rollout.ts"

/** Failures by who caused them and why, most frequent first. */
export const failureCounts = (rollouts: ReadonlyArray<Rollout>): ReadonlyArray<FailureCount> => {
  const counts = new Map<string, FailureCount>()
  for (const { failure } of rollouts) {
    if (failure === null) continue
    const key = `${failure.by} ${failure.reason}`
    counts.set(key, { ...failure, count: (counts.get(key)?.count ?? 0) + 1 })
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
