/**
 * Which judges of several count. Where one judge of several gave no score on a rollout,
 * a mean over the others would compare a rollout that the harsh judge skipped with one that it graded, and that
 * difference would be trained on. So a judge counts for all rollouts of a prompt or for none. Pure.
 */
import { Array } from "effect"
import type { Part, Rollout, Verdict } from "../../src/domain/Rollout.ts"
import type { ConversationReward, Reward } from "./Reward.ts"
import { judgeKey, settle } from "./settle.ts"
import type { Node } from "./settle.ts"

/**
 * The rollouts of one prompt with judges that `drop-judge` leaves out left out for all of them. A rollout that is
 * missing a judge that counts is missing. Everything else stays as it is.
 */
export const combineJudges = <A extends { readonly rollout: Rollout }>(
  reward: Reward,
  group: ReadonlyArray<A>,
): ReadonlyArray<A> => {
  const combined = combineVerdicts(
    reward,
    group.map(({ rollout }) => rollout.verdict),
  )
  return group.map((one, i) => {
    const verdict = combined[i] ?? null
    if (verdict === one.rollout.verdict) return one
    const failure = verdict === null ? ({ by: "infrastructure", reason: unscored } as const) : one.rollout.failure
    return { ...one, rollout: { ...one.rollout, verdict, failure } }
  })
}

/** The reason of a rollout that the judges who count for its group did not all score. */
export const unscored = "judge: no score by a judge that counts for the group"

/** As `combineJudges`, on the verdicts alone; null is missing. */
export const combineVerdicts = (
  reward: Reward,
  verdicts: ReadonlyArray<Verdict | null>,
): ReadonlyArray<Verdict | null> => {
  const judged = verdicts.flatMap((verdict) => (verdict === null ? [] : [verdict]))
  if (judged.every((verdict) => panelsOf(reward, verdict).length === 0)) return verdicts
  const leftOut = judgesLeftOut(reward, judged)
  return verdicts.map((verdict) => {
    if (verdict === null || panelsOf(reward, verdict).length === 0) return verdict
    const settled = settle(reward, verdict, leftOut)
    if (settled === undefined) return null
    return { ...verdict, ...settled, measures: { ...verdict.measures, "judges left out": leftOut.size } }
  })
}

/**
 * Judges that don't count for a group, as keys of `settle`. In each panel: those that failed on a rollout, rollouts
 * aside on which all failed. Where that is everybody, rollouts on which the judge with the fewest failures (the first of
 * equals) failed are set aside too, so that as few as possible are missing.
 */
export const judgesLeftOut = (reward: Reward, group: ReadonlyArray<Node>): ReadonlySet<string> => {
  const panels = new Map<string, { readonly judges: number; readonly failed: Array<ReadonlySet<number>> }>()
  for (const node of group) {
    const own = new Map<string, Set<number>>()
    for (const { at, parts } of panelsOf(reward, node)) {
      if (!panels.has(at)) panels.set(at, { judges: parts.length, failed: [] })
      const failed = own.get(at) ?? new Set<number>()
      own.set(at, failed)
      parts.forEach((part, judge) => part.reward === null && failed.add(judge))
    }
    for (const [at, failed] of own) panels.get(at)?.failed.push(failed)
  }
  return new Set([...panels].flatMap(([at, panel]) => leftOutOf(panel).map((judge) => judgeKey(at, judge))))
}

/**
 * The same reward where rollouts are compared one by one and not within a group: a judge left out in one arm and not in
 * the other would be a difference between arms, so a rollout that misses a judge is missing.
 */
export const judgedAlone = (reward: Reward): Reward =>
  reward._tag === "TurnReward" ? { ...reward, each: partAlone(reward.each) } : partAlone(reward)

const partAlone = (reward: ConversationReward): ConversationReward => {
  switch (reward._tag) {
    case "RubricReward":
      return reward.onJudgeFailure === "drop-judge" ? { ...reward, onJudgeFailure: "drop-rollout" } : reward
    case "MixReward":
      return { ...reward, parts: Array.map(reward.parts, ([weight, part]) => [weight, partAlone(part)] as const) }
    case "MultiTurnAwareReward":
      return { ...reward, metrics: Array.map(reward.metrics, (one) => ({ ...one, metric: partAlone(one.metric) })) }
    default:
      return reward
  }
}

/** Judges that are to be compared over a group. `at` names the panel's place in the reward. */
interface Panel {
  readonly at: string
  readonly parts: ReadonlyArray<Part>
}

const panelsOf = (reward: Reward, { parts }: Node, at = ""): ReadonlyArray<Panel> => {
  if (parts === undefined) return []
  switch (reward._tag) {
    case "RubricReward":
      return reward.onJudgeFailure === "drop-judge" ? [{ at, parts }] : []
    case "MixReward":
      return parts.flatMap((part, i) => panelsOf(reward.parts[i]![1], part, `${at}/${i}`))
    case "MultiTurnAwareReward":
      return parts.flatMap((sample) =>
        (sample.parts ?? []).flatMap((part, i) => panelsOf(reward.metrics[i]!.metric, part, `${at}/${i}`)),
      )
    case "TurnReward":
      return parts.flatMap((part) => panelsOf(reward.each, part, at))
    default:
      return []
  }
}

const leftOutOf = ({ judges, failed }: { judges: number; failed: ReadonlyArray<ReadonlySet<number>> }) => {
  const all = Array.makeBy(judges, (judge) => judge)
  const usable = failed.filter(({ size }) => size < judges)
  const failures = (among: typeof failed) => all.map((judge) => among.filter((one) => one.has(judge)).length)
  const counts = failures(usable)
  const kept = counts.indexOf(Math.min(...counts))
  const remaining = failures(usable.filter((one) => !one.has(kept)))
  return all.filter((judge) => remaining[judge]! > 0)
}
