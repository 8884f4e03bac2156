/** What rollouts are expected to cost, by who speaks and who judges. */
import { Predicate, Schema } from "effect"
import type { Reward } from "../../layers/evaluation/Reward.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Estimate, Step } from "../../src/index.ts"
import { isRemote } from "./casting.ts"
import type { Conversing } from "./Conversing.ts"

export interface Rollouts {
  readonly count: number
  readonly conversing: Conversing
  readonly assistant: ModelSpec
  readonly simulator: ModelSpec
  /** Whether the simulator writes the opening too. */
  readonly opens?: boolean | undefined
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
      promptTokens: promptTokens({ count, conversing }),
      completionTokens: Estimate.exactly(0),
    })
  }
  return [...demands, ...rewardDemands({ reward, ...speakers })]
}

/** Of judges, and of those who speak in forward samples. Programs, checks and counts cost no call. */
export const rewardDemands = ({ reward, ...speakers }: Rollouts): ReadonlyArray<Estimate.Demand> => {
  const { count, conversing } = speakers
  switch (reward._tag) {
    case "RubricReward":
      return reward.judges.map((judge) => rubricDemand(judge, { count, conversing }))
    case "MixReward":
      return reward.parts.flatMap(([, part]) => rewardDemands({ ...speakers, reward: part }))
    case "TurnReward":
      return rewardDemands({ ...speakers, reward: reward.each, count: count * conversing.turns }).map((demand) =>
        atLeast(demand, conversing.turns),
      )
    case "MultiTurnAwareReward": {
      const { metrics, window } = reward
      const samples = { ...speakers, count: count * (window === 0 ? 1 : reward.samples) }
      const longer = { ...samples, conversing: { ...conversing, turns: conversing.turns + window } }
      return [
        ...(window === 0 ? [] : forwardDemands(longer, window)),
        ...metrics.flatMap(({ metric }) => rewardDemands({ ...longer, reward: metric })),
      ]
    }
    default:
      return []
  }
}

/** `window` turns more of each side; the user may leave at once. */
const forwardDemands = (
  { count, conversing, assistant, simulator }: Omit<Rollouts, "reward">,
  window: number,
): ReadonlyArray<Estimate.Demand> => {
  const { turns, maxTokens, assistantTokens = maxTokens } = conversing
  const side = (role: "assistant" | "simulator", model: ModelSpec, atOnce: number, most: number): Estimate.Demand => {
    const read = turns * 2 * maxTokens
    return {
      role,
      model,
      calls: { low: count * atOnce, expected: count * window, high: count * window },
      promptTokens: { low: count * 30, expected: count * window * read, high: count * window * turns * 4 * maxTokens },
      completionTokens: { low: 0, expected: count * window * 0.8 * most, high: count * window * most },
    }
  }
  return [side("assistant", assistant, 0, assistantTokens), side("simulator", simulator, 1, maxTokens)]
}

/** Conversations may end after their first turn. */
const atLeast = ({ calls, promptTokens, completionTokens, ...demand }: Estimate.Demand, turns: number) => ({
  ...demand,
  calls: { ...calls, low: calls.low / turns },
  promptTokens: { ...promptTokens, low: promptTokens.low / turns },
  completionTokens: { ...completionTokens, low: completionTokens.low / turns },
})

/** Of the two sides of the conversations. */
export const speakerDemands = ({ count, conversing, assistant, simulator, opens }: Omit<Rollouts, "reward">) => {
  const { turns, maxTokens, assistantTokens = maxTokens, guardrails } = conversing
  const calls = (low: number, high: number) => ({ low: count * low, expected: count * high, high: count * high })
  const written = turns - 1 + (opens === true ? 1 : 0)
  // A turn that guardrails refuse is drawn again.
  const draws = guardrails.redraws + 1
  const read = promptTokens({ count, conversing })
  const said = (by: number, most: number) => ({ low: 0, expected: count * by * 0.8 * most, high: count * by * most })
  const demands: Array<Estimate.Demand> = [
    {
      role: "assistant",
      model: assistant,
      calls: calls(1, turns),
      promptTokens: read,
      completionTokens: said(turns, assistantTokens),
    },
    {
      role: "simulator",
      model: simulator,
      calls: { ...calls(0, written), high: count * written * draws },
      promptTokens: { ...read, high: read.high * draws },
      completionTokens: { ...said(written, maxTokens), high: count * written * draws * maxTokens },
    },
  ]
  return demands
}

/** Of every call that reads a rollout so far. */
export const promptTokens = ({ count, conversing }: Pick<Rollouts, "count" | "conversing">): Estimate.Range => {
  const { turns, maxTokens } = conversing
  return { low: count * 30, expected: count * turns * 2 * maxTokens, high: count * turns * turns * 4 * maxTokens }
}

/** A judge reads the conversation once under its instructions and answers in a sentence or two; three times at most. */
const rubricDemand = (model: ModelSpec, { count, conversing }: Pick<Rollouts, "count" | "conversing">) => {
  const read = instructions + conversing.turns * 2 * conversing.maxTokens
  return {
    role: "judge",
    model,
    calls: { low: count, expected: count, high: 3 * count },
    promptTokens: { low: count * instructions, expected: count * read, high: 3 * count * read },
    completionTokens: { low: 20 * count, expected: 80 * count, high: 3 * 1024 * count },
  } satisfies Estimate.Demand
}

/** Tokens of the rubric prompt without the conversation, about. */
const instructions = 200

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
