/** What an iteration's rollouts and updates come to, for its log and its result. */
import type { IterationMetrics, UpdateMetrics } from "../../src/domain/IterationMetrics.ts"
import type { Rollout } from "../../src/domain/Rollout.ts"
import type { Transition } from "./GrpoDatums.ts"
import type { TrainingRequest } from "./Policy.ts"

export interface Measured {
  readonly rollout: Rollout
  readonly transitions: ReadonlyArray<Transition>
}

export interface IterationFacts {
  readonly rolledOut: ReadonlyArray<Measured>
  readonly requests: ReadonlyArray<TrainingRequest>
  readonly updates: ReadonlyArray<UpdateMetrics>
  readonly groups: IterationMetrics["groups"]
  readonly rounds: number
  readonly staleness?: number
  readonly usage: NonNullable<IterationMetrics["usage"]>
}

export const iterationMetrics = ({ rolledOut, requests, ...rest }: IterationFacts): IterationMetrics => {
  const judged = rolledOut.flatMap(({ rollout }) =>
    rollout.verdict === null ? [] : [{ persona: rollout.persona, ...rollout.verdict }],
  )
  const spoken = rolledOut.filter(({ transitions }) => transitions.length > 0)
  const lengths = spoken.map(({ transitions }) => transitions.reduce((sum, { action }) => sum + action.length, 0))
  const turns = spoken.flatMap(({ transitions }) => transitions)
  const logprobs = turns.flatMap((turn) => turn.logprobs)
  const written = (role: "assistant" | "user") =>
    rolledOut.reduce(
      (sum, { rollout }) =>
        sum +
        rollout.messages.reduce(
          (tokens, message, at) => tokens + (message.role === role ? (rollout.turns[at]?.tokens?.length ?? 0) : 0),
          0,
        ),
      0,
    )
  return {
    ...rest,
    rewardByJudge: meanBy(
      judged.flatMap(({ measures }) =>
        Object.entries(measures).flatMap(([name, value]): ReadonlyArray<readonly [string, number]> => {
          const judge = judgeScore.exec(name)?.[1]
          return judge === undefined ? [] : [[judge, value]]
        }),
      ),
    ),
    rewardByPersona: meanBy(judged.map(({ persona, reward }) => [persona, reward] as const)),
    rewardByTurn: turnRewards(judged.flatMap(({ turns }) => (turns === undefined ? [] : [turns]))),
    lengths: {
      turns: mean(spoken.map(({ transitions }) => transitions.length)),
      turnTokens: mean(turns.map(({ action }) => action.length)),
      rolloutTokens: mean(lengths),
      longestRollout: lengths.reduce((most, length) => Math.max(most, length), 0),
    },
    entropy: logprobs.length === 0 ? 0 : -mean(logprobs),
    tokens: {
      assistant: written("assistant"),
      simulator: written("user"),
      trainer: requests.reduce(
        (sum, { datums }) => sum + datums.reduce((tokens, { modelInput }) => tokens + modelInput.length, 0),
        0,
      ),
    },
  }
}

/** How a judge's own score is named among the measures of a verdict, in parts of a reward under the part's name. */
const judgeScore = /(?:^|: )score of (.+)$/u

/** Over the rollouts that have such a turn. */
const turnRewards = (rollouts: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  const longest = rollouts.reduce((most, { length }) => Math.max(most, length), 0)
  return Array.from({ length: longest }, (_, turn) => mean(rollouts.flatMap((rewards) => rewards[turn] ?? [])))
}

const meanBy = (entries: ReadonlyArray<readonly [string, number]>): Readonly<Record<string, number>> => {
  const values = new Map<string, Array<number>>()
  for (const [name, value] of entries) values.set(name, [...(values.get(name) ?? []), value])
  return Object.fromEntries([...values].map(([name, found]) => [name, mean(found)]))
}

const mean = (values: ReadonlyArray<number>) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
