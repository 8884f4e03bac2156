/** What replaying real conversations is expected to cost: a call for each place that the simulator is asked at. */
import type { SimulatorResult } from "../../src/domain/Results.ts"
import type { Estimate, Step } from "../../src/index.ts"
import type { Conversing } from "./Conversing.ts"
import { modelOf } from "./rolloutDemands.ts"
import { toldTokens } from "./talkTokens.ts"

export const replayDemands = (
  simulator: Step.Step<SimulatorResult, unknown>,
  { maxTokens, guardrails }: Conversing,
  { conversations, places, opening }: { conversations: number; places: number; opening: boolean },
): ReadonlyArray<Estimate.Demand> => {
  const model = modelOf(simulator)
  const draws = guardrails.redraws + 1
  const first = opening ? conversations : 0
  const calls = {
    low: conversations,
    expected: conversations * usualPlaces + first,
    high: conversations * places + first,
  }
  const read = toldTokens(model) + usualTokens
  return [
    {
      role: "simulator",
      model,
      calls: { ...calls, high: calls.high * draws },
      promptTokens: { low: calls.low * 50, expected: calls.expected * read, high: calls.high * draws * 8 * read },
      completionTokens: {
        low: 0,
        expected: calls.expected * Math.min(maxTokens, 150),
        high: calls.high * draws * maxTokens,
      },
    },
  ]
}

/** Of a conversation of WildChat: user turns, and tokens before one of them. */
const usualPlaces = 2.5
const usualTokens = 1000
