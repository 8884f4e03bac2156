/** What is not the paper's in how an assistant is trained, beside its recipe (paper 1.3 to 1.5). */
import { Schema } from "effect"
import type { Reward } from "../../layers/evaluation/Reward.ts"
import { Conversing, paperConversing } from "./Conversing.ts"

export interface Trained {
  readonly conversing: Conversing
  readonly reward: Reward
}

/** Settings that are not the paper's, such as `conversing.turns 2 instead of 5`. */
export const paperDifferences = ({ conversing, reward }: Trained): ReadonlyArray<string> => [
  ...differing(Schema.encodeSync(Conversing)(conversing)).map((name) => `conversing.${name}`),
  ...rewardDifferences(reward),
]

/** What the paper's encoded settings don't have is unset there. */
const differing = (mine: Readonly<Record<string, unknown>>): ReadonlyArray<string> =>
  [...new Set([...Object.keys(mine), ...Object.keys(theirs)])]
    .filter((name) => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]))
    .map((name) => `${name} ${shown(mine[name])} instead of ${shown(theirs[name])}`)

const theirs: Readonly<Record<string, unknown>> = Schema.encodeSync(Conversing)(
  Schema.decodeSync(Conversing)(paperConversing),
)

const shown = (value: unknown) => JSON.stringify(value) ?? "nothing"

const rewardDifferences = (reward: Reward): ReadonlyArray<string> => {
  if (reward._tag !== "RubricReward") return [`reward ${reward._tag} instead of two judges with a rubric`]
  const names = reward.judges.map(({ name }) => name)
  return [
    ...(names.toSorted().join() === paperJudges.toSorted().join()
      ? []
      : [`judges ${names.join(", ")} instead of ${paperJudges.join(", ")}`]),
    ...(reward.onJudgeFailure === "paper-zero"
      ? []
      : [`a judge that fails gives "${reward.onJudgeFailure}" instead of a 0 in the mean ("paper-zero")`]),
  ]
}

const paperJudges = ["mistralai/Mistral-Small-3.1-24B-Instruct-2503", "Qwen/Qwen3-32B"]
