/** What a reward comes to from what its parts came to, some judges left out. Pure. */
import type { Part } from "../../src/domain/Rollout.ts"
import { trajectoryScore } from "../training/TurnCredit.ts"
import type { ConversationReward, MultiTurnAwareReward, Reward } from "./Reward.ts"

/** What a verdict and a part of one have in common. */
export interface Node {
  readonly reward: number | null
  readonly turns?: ReadonlyArray<number> | undefined
  readonly parts?: ReadonlyArray<Part> | undefined
}

export interface Settled extends Node {
  readonly reward: number
}

/** The reward of a node from its parts without the judges left out; undefined where a score that counts is not there. */
export const settle = (reward: Reward, node: Node, leftOut: ReadonlySet<string>, at = ""): Settled | undefined => {
  const { parts } = node
  if (parts === undefined) return node.reward === null ? undefined : { ...node, reward: node.reward }
  switch (reward._tag) {
    case "RubricReward": {
      const counts = parts.map((_, judge) => !leftOut.has(judgeKey(at, judge)))
      const scores = parts.flatMap((part, judge) => (counts[judge] === true ? [part.reward] : []))
      const there = scores.filter((score) => score !== null)
      if (there.length === 0 || there.length < scores.length) return undefined
      const weighed = parts.map((part, judge) => ({ ...part, weight: counts[judge] === true ? 1 / there.length : 0 }))
      return { reward: sum(there) / there.length, parts: weighed }
    }
    case "MixReward": {
      const settled = parts.map((part, i) => settlePart(reward.parts[i]![1], part, leftOut, `${at}/${i}`))
      if (settled.some((part) => part.reward === null)) return undefined
      return { reward: sum(settled.map(({ weight, reward: value }) => weight * (value ?? 0))), parts: settled }
    }
    case "MultiTurnAwareReward":
      return settleSamples(reward, parts, leftOut, at)
    case "TurnReward": {
      const settled = parts.map((part) => settlePart(reward.each, part, leftOut, at))
      const turns = settled.flatMap(({ reward: value }) => (value === null ? [] : [value]))
      if (turns.length < settled.length) return undefined
      return { reward: trajectoryScore(turns, reward.score, reward.gamma), turns, parts: settled }
    }
    default:
      return node.reward === null ? undefined : { ...node, reward: node.reward }
  }
}

/** Samples without a value are left out of the means; there is no reward where none has one. */
const settleSamples = (
  { metrics, clamp }: MultiTurnAwareReward,
  samples: ReadonlyArray<Part>,
  leftOut: ReadonlySet<string>,
  at: string,
): Settled | undefined => {
  const settled = samples.map((sample) => {
    if (sample.parts === undefined) return sample
    const parts = sample.parts.map((part, i) => settlePart(metrics[i]!.metric, part, leftOut, `${at}/${i}`))
    const missing = parts.some((part) => part.reward === null)
    return { ...sample, parts, reward: missing ? null : sum(parts.map((part) => part.weight * (part.reward ?? 0))) }
  })
  const there = settled.filter(({ reward }) => reward !== null)
  if (there.length === 0) return undefined
  const means = metrics.map(({ weight }, i) => {
    const mean = sum(there.map(({ parts }) => weight * (parts?.[i]?.reward ?? 0))) / there.length
    return clamp === undefined ? mean : Math.min(Math.max(mean, clamp.low), clamp.high)
  })
  const parts = settled.map((part) => ({ ...part, weight: part.reward === null ? 0 : 1 / there.length }))
  return { reward: sum(means), parts }
}

/** A judge by its panel's place in the reward and its own in the panel. */
export const judgeKey = (at: string, judge: number) => `${at}#${judge}`

const settlePart = (reward: ConversationReward, part: Part, leftOut: ReadonlySet<string>, at: string): Part => {
  const settled = settle(reward, part, leftOut, at)
  const parts = settled?.parts ?? part.parts
  return { ...part, reward: settled?.reward ?? null, ...(parts === undefined ? {} : { parts }) }
}

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
