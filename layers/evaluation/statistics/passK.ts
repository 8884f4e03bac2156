/**
 * Success over repeated trials of a task, of n trials with c successes: pass@k = 1 - C(n-c, k) / C(n, k), the chance
 * that some of k trials succeed (Chen et al. 2021), and pass^k = C(c, k) / C(n, k), the chance that all k do (Yao et al.
 * 2024, tau-bench). Both are unbiased for the same k; pass^k falls with k and tells how reliable an assistant is.
 */

/** Null where k exceeds n: it can't be estimated from fewer trials. */
export const passAtK = (n: number, c: number, k: number): number | null => (k > n ? null : 1 - choiceShare(n - c, n, k))

/** Null where k exceeds n. */
export const passHatK = (n: number, c: number, k: number): number | null => (k > n ? null : choiceShare(c, n, k))

/** C(c, k) / C(n, k), without large numbers. */
const choiceShare = (c: number, n: number, k: number) => {
  let share = 1
  for (let i = 0; i < k; i++) share *= Math.max(0, c - i) / (n - i)
  return share
}

/** One trial. `passed` is null where the infrastructure failed: such a trial counts neither way. */
export interface Trial {
  readonly task: string
  readonly passed: boolean | null
}

export interface PassCurve {
  /** Mean over tasks for k = 1, 2, ... */
  readonly values: ReadonlyArray<number>
  /** The same for each task, by its name. */
  readonly byTask: Readonly<Record<string, ReadonlyArray<number>>>
  /** Trials left out, and tasks of which none was left. */
  readonly missingTrials: number
  readonly missingTasks: number
}

/** `passHatK` over tasks, for k up to the fewest trials of a task, and to `most` where that is less. */
export const passHatCurve = (trials: ReadonlyArray<Trial>, most = Number.POSITIVE_INFINITY): PassCurve =>
  curve(trials, most, passHatK)

/** `passAtK` over tasks, as `passHatCurve`. */
export const passAtCurve = (trials: ReadonlyArray<Trial>, most = Number.POSITIVE_INFINITY): PassCurve =>
  curve(trials, most, passAtK)

const curve = (
  trials: ReadonlyArray<Trial>,
  most: number,
  of: (n: number, c: number, k: number) => number | null,
): PassCurve => {
  const tasks = new Map<string, { n: number; c: number }>()
  for (const { task, passed } of trials) {
    if (passed === null) continue
    const { n, c } = tasks.get(task) ?? { n: 0, c: 0 }
    tasks.set(task, { n: n + 1, c: c + (passed ? 1 : 0) })
  }
  const largest = tasks.size === 0 ? 0 : Math.min(most, ...[...tasks.values()].map(({ n }) => n))
  const ks = Array.from({ length: largest }, (_, i) => i + 1)
  // k is at most the fewest trials, so no value is missing.
  const byTask = Object.fromEntries([...tasks].map(([task, { n, c }]) => [task, ks.map((k) => of(n, c, k) ?? 0)]))
  const values = ks.map((_, i) => Object.values(byTask).reduce((all, task) => all + task[i]!, 0) / tasks.size)
  return {
    values,
    byTask,
    missingTrials: trials.filter(({ passed }) => passed === null).length,
    missingTasks: new Set(trials.map(({ task }) => task)).size - tasks.size,
  }
}

/** A reward of 1, up to rounding: how tau-bench tells success. */
export const isSuccess = (reward: number): boolean => reward >= 1 - 1e-6 && reward <= 1 + 1e-6
