/** What rollouts are expected to cost, by who speaks and who judges. */
import { Predicate, Schema } from "effect"
import type { Reward } from "../../layers/evaluation/Reward.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Estimate, Step } from "../../src/index.ts"
import { isRemote } from "./casting.ts"
import { rewardDemands } from "./rewardDemands.ts"
import { repliesTo, talkTokens, toldTokens, usualShare } from "./talkTokens.ts"
import type { Talk } from "./talkTokens.ts"

export interface Rollouts extends Talk {
  readonly count: number
  readonly assistant: ModelSpec
  readonly simulator: ModelSpec
  readonly reward: Reward
}

export const rolloutDemands = ({ reward, ...speakers }: Rollouts) => {
  const { count, conversing, assistant } = speakers
  const demands = [...speakerDemands(speakers)]
  // How likely the initial model finds what was said is asked whatever the reward, where it can be asked in tokens.
  if (!isRemote(assistant)) {
    demands.push({
      role: "judge",
      model: assistant,
      calls: { low: count, expected: count, high: count },
      promptTokens: Estimate.scale(talkTokens(speakers).sequence([conversing.turns]), count),
      completionTokens: Estimate.exactly(0),
    })
  }
  return [...demands, ...rewardDemands({ reward, ...speakers })]
}

export type Speakers = Omit<Rollouts, "reward">

/** Of the two sides of the conversations. */
export const speakerDemands = (speakers: Speakers) => {
  const { count, conversing, assistant, simulator, opens } = speakers
  const { turns, maxTokens, assistantTokens = maxTokens, guardrails } = conversing
  const calls = (low: number, high: number) => ({ low: count * low, expected: count * high, high: count * high })
  const written = turns - 1 + (opens === true ? 1 : 0)
  // A turn that guardrails refuse is drawn again.
  const draws = guardrails.redraws + 1
  const { before, upTo } = talkTokens(speakers)
  const heard = upTo(repliesTo(turns - 1))
  const told = written * toldTokens(simulator)
  const said = (by: number, most: number) => ({
    low: 0,
    expected: count * by * usualShare * most,
    high: count * by * most,
  })
  const demands: Array<Estimate.Demand> = [
    {
      role: "assistant",
      model: assistant,
      calls: calls(1, turns),
      promptTokens: Estimate.scale(before(repliesTo(turns)), count),
      completionTokens: said(turns, assistantTokens),
    },
    {
      role: "simulator",
      model: simulator,
      calls: { ...calls(0, written), high: count * written * draws },
      promptTokens: {
        low: 0,
        expected: count * (heard.expected + told),
        high: count * draws * (heard.high + 2 * told),
      },
      completionTokens: { ...said(written, maxTokens), high: count * written * draws * maxTokens },
    },
  ]
  return demands
}

/** Whether a simulator's step says that it writes openings. */
export const opensOf = ({ input }: Step.Step<unknown, unknown>): boolean => input["opening"] === "generated"

/** The model under a step, as far as its inputs name it. */
export const modelOf = ({ input }: Step.AnyStep): ModelSpec => {
  const of = input["assistant"]
  if (Step.isStep(of)) return modelOf(of)
  const settings = input["settings"]
  const own = Predicate.isRecord(settings) ? settings["model"] : undefined
  const named = input["base"] ?? input["model"] ?? own
  return Schema.is(ModelSpec)(named) ? named : { provider: "embedded", name: "unknown" }
}
