/**
 * The least that a reward can be, for what the assistant caused. Tokens are counted even then: a penalty on them is never
 * escaped by failing.
 */
import type { Dialogue } from "../generation/converse.ts"
import { trajectoryScore } from "../training/TurnCredit.ts"
import type { Verdict } from "../../src/domain/Rollout.ts"
import type { ConversationReward, Reward } from "./Reward.ts"

export type Written = Pick<Dialogue, "replyTokens">

export const floorVerdict = (reward: Reward, written: Written, reason: string): Verdict => ({
  reward: floorOf(reward, written),
  checks: [{ check: "assistant", passed: false, reason }],
  measures: {},
})

export const floorOf = (reward: Reward, { replyTokens }: Written): number => {
  if (reward._tag !== "TurnReward") return boundsOf(reward, replyTokens).low
  const turns = replyTokens.length === 0 ? [0] : replyTokens
  return trajectoryScore(
    turns.map((tokens) => boundsOf(reward.each, [tokens]).low),
    reward.score,
    reward.gamma,
  )
}

interface Bounds {
  readonly low: number
  readonly high: number
}

const boundsOf = (reward: ConversationReward, replyTokens: ReadonlyArray<number>): Bounds => {
  switch (reward._tag) {
    case "ChecklistReward":
    case "RubricReward":
      return { low: 0, high: 1 }
    case "CommandReward":
      return reward.range
    case "TokenReward": {
      const tokens = replyTokens.reduce((sum, count) => sum + count, 0) / reward.per
      return { low: tokens, high: tokens }
    }
    case "MixReward":
      return total(reward.parts.map(([weight, part]) => times(weight, boundsOf(part, replyTokens))))
    case "MultiTurnAwareReward": {
      const { low, high } = reward.clamp ?? { low: -Infinity, high: Infinity }
      const clamped = (value: number) => Math.min(Math.max(value, low), high)
      return total(
        reward.metrics
          .map(({ weight, metric }) => times(weight, boundsOf(metric, replyTokens)))
          .map((bounds) => ({ low: clamped(bounds.low), high: clamped(bounds.high) })),
      )
    }
  }
}

const times = (weight: number, { low, high }: Bounds): Bounds =>
  weight >= 0 ? { low: weight * low, high: weight * high } : { low: weight * high, high: weight * low }

const total = (all: ReadonlyArray<Bounds>): Bounds => ({
  low: all.reduce((sum, { low }) => sum + low, 0),
  high: all.reduce((sum, { high }) => sum + high, 0),
})
