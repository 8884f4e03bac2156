/** What rewards are expected to cost: judges, and forward samples. */
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Estimate } from "../../src/index.ts"
import type { Rollouts, Speakers } from "./rolloutDemands.ts"
import { repliesTo, talkTokens, toldTokens, usualShare } from "./talkTokens.ts"

/**
 * Of judges, and of those who speak in forward samples. Programs, checks and counts cost no call. `ends` are the replies
 * that what is judged ends with: conversations may end after their first.
 */
export const rewardDemands = (
  { reward, ...speakers }: Rollouts,
  ends: ReadonlyArray<number> = [speakers.conversing.turns],
): ReadonlyArray<Estimate.Demand> => {
  const { count, conversing } = speakers
  switch (reward._tag) {
    case "RubricReward":
      return reward.judges.map((judge) => rubricDemand(judge, speakers, ends))
    case "MixReward":
      return reward.parts.flatMap(([, part]) => rewardDemands({ ...speakers, reward: part }, ends))
    case "TurnReward":
      return rewardDemands({ ...speakers, reward: reward.each }, repliesTo(conversing.turns))
    case "MultiTurnAwareReward": {
      const { metrics, window } = reward
      const samples = { ...speakers, count: count * (window === 0 ? 1 : reward.samples) }
      const later = ends.map((end) => end + window)
      return [
        ...(window === 0 ? [] : forwardDemands(samples, window, ends)),
        ...metrics.flatMap(({ metric }) => rewardDemands({ ...samples, reward: metric }, later)),
      ]
    }
    default:
      return []
  }
}

/** `window` turns more of each side after each of some replies; the user may leave at once. */
const forwardDemands = (
  speakers: Speakers,
  window: number,
  ends: ReadonlyArray<number>,
): ReadonlyArray<Estimate.Demand> => {
  const { count, conversing, assistant, simulator } = speakers
  const { maxTokens, assistantTokens = maxTokens } = conversing
  const { before, upTo } = talkTokens(speakers)
  const replies = ends.flatMap((end) => repliesTo(window).map((more) => end + more))
  const calls = count * replies.length
  const said = (most: number) => ({ low: 0, expected: calls * usualShare * most, high: calls * most })
  const told = toldTokens(simulator)
  const heard = Estimate.scale(upTo(replies.map((reply) => reply - 1)), count)
  return [
    {
      role: "assistant",
      model: assistant,
      calls: { low: 0, expected: calls, high: calls },
      promptTokens: { ...Estimate.scale(before(replies), count), low: 0 },
      completionTokens: said(assistantTokens),
    },
    {
      role: "simulator",
      model: simulator,
      calls: { low: count, expected: calls, high: calls },
      promptTokens: { ...heard, expected: heard.expected + calls * told, high: heard.high + calls * 2 * told },
      completionTokens: said(maxTokens),
    },
  ]
}

/** A judge reads the conversation under its instructions and answers in a sentence or two; three times at most. */
const rubricDemand = (model: ModelSpec, speakers: Speakers, ends: ReadonlyArray<number>): Estimate.Demand => {
  const { count } = speakers
  const judged = count * ends.length
  const read = Estimate.scale(talkTokens(speakers).upTo(ends), count)
  return {
    role: "judge",
    model,
    calls: { low: count, expected: judged, high: 3 * judged },
    promptTokens: {
      low: count * instructions,
      expected: judged * instructions + read.expected,
      high: 3 * (judged * instructions + read.high),
    },
    completionTokens: { low: 20 * count, expected: 80 * judged, high: 3 * 1024 * judged },
  }
}

/** Tokens of the rubric prompt without the conversation, about. */
const instructions = 200
