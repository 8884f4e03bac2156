/** What measuring a simulator's fidelity is expected to cost: scores of real turns, and openings that it writes. */
import type { SimulatorResult } from "../../src/domain/Results.ts"
import { Estimate } from "../../src/index.ts"
import type { Step } from "../../src/index.ts"
import { isRemote } from "./casting.ts"
import type { Conversing } from "./Conversing.ts"
import { FineTuned } from "./FineTuned.ts"
import { RolePlay } from "./RolePlay.ts"
import { modelOf } from "./rolloutDemands.ts"
import { toldTokens } from "./talkTokens.ts"

export const fidelityDemands = (
  simulator: Step.Step<SimulatorResult, unknown>,
  { maxTokens: turn, guardrails }: Conversing,
  { conversations, openings, maxTokens }: { conversations: number; openings: number; maxTokens: number },
): ReadonlyArray<Estimate.Demand> => {
  const model = modelOf(simulator)
  const isScored = simulator.stage === FineTuned || (simulator.stage === RolePlay && !isRemote(model))
  const passes = 2 * conversations
  const draws = guardrails.redraws + 1
  const prompt = toldTokens(model)
  return [
    ...(isScored
      ? [
          {
            role: "simulator" as const,
            model,
            calls: { low: 2, expected: passes, high: passes },
            promptTokens: {
              low: 2 * systemLine,
              expected: passes * Math.min(maxTokens, usualTokens),
              high: passes * maxTokens,
            },
            completionTokens: Estimate.exactly(0),
          },
        ]
      : []),
    {
      role: "simulator",
      model,
      calls: { low: openings, expected: openings, high: openings * draws },
      promptTokens: { low: openings * systemLine, expected: openings * prompt, high: openings * draws * 2 * prompt },
      completionTokens: { low: 0, expected: openings * Math.min(turn, 150), high: openings * draws * turn },
    },
  ]
}

/** Tokens of one conversation of WildChat. */
const usualTokens = 1500

/** Of a system line with an intent. */
const systemLine = 50
