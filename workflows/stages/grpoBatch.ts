/** Groups of rollouts as the optimizer steps of an iteration. */
import { Effect, Either } from "effect"
import type { Reward } from "../../layers/evaluation/Reward.ts"
import type { RolledOut } from "../../layers/evaluation/rollOut.ts"
import { sequencesOf } from "../../layers/training/GrpoDatums.ts"
import type { Transition } from "../../layers/training/GrpoDatums.ts"
import { iterationBatch } from "../../layers/training/iterationBatch.ts"
import { creditShares } from "../../layers/training/TurnCredit.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { StageFailure } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { asStageFailure } from "./failures.ts"
import type { Training } from "./grpoRollouts.ts"

/** A rollout without a verdict is missing from its group, never a zero (contract 3); one alone is no group. */
export const complete = (groups: ReadonlyArray<ReadonlyArray<RolledOut>>): ReadonlyArray<ReadonlyArray<RolledOut>> =>
  groups
    .map((group) => group.filter(({ rollout, transitions }) => rollout.verdict !== null && transitions.length > 0))
    .filter((group) => group.length > 1)

export const rewardsOf = (group: ReadonlyArray<RolledOut>): ReadonlyArray<number> =>
  group.map(({ rollout }) => rollout.verdict?.reward ?? 0)

export const batchOf = Effect.fnUntraced(function* (
  groups: ReadonlyArray<ReadonlyArray<RolledOut>>,
  { base, recipe, reward, seed, step }: Training,
  iteration: number,
) {
  if (groups.length === 0) {
    return yield* StageFailure.make({
      kind: "data",
      reason: "No group of this iteration has two rollouts with a verdict.",
      advice: "See the failures by reason, mend what causes them, then retry.",
    })
  }
  const { lossScale: scale } = yield* Trainer
  const known = yield* references(groups.flat(), { base, step })
  const trajectories = groups.map((group) =>
    group.map(({ rollout: { verdict }, transitions }) => ({
      transitions: credited(transitions, verdict?.turns, reward),
      finalReward: verdict?.reward ?? 0,
    })),
  )
  const reference = (datum: {
    readonly modelInput: ReadonlyArray<number>
    readonly targetTokens: ReadonlyArray<number>
  }) => known.get(keyOf([...datum.modelInput, ...datum.targetTokens.slice(-1)])) ?? []
  return yield* Either.mapLeft(
    iterationBatch(trajectories, recipe, { reference, scale, seed, iteration }),
    ({ message }) =>
      StageFailure.make({
        kind: "data",
        reason: message,
        advice: "This is a defect of the rollouts; please report it.",
      }),
  )
})

/** Turns with their shares of the advantage, where each was judged by itself. */
const credited = (
  transitions: ReadonlyArray<Transition>,
  rewards: ReadonlyArray<number> | undefined,
  reward: Reward,
): ReadonlyArray<Transition> => {
  if (reward._tag !== "TurnReward" || rewards === undefined) return transitions
  const lengths = transitions.map(({ action }) => action.length)
  const shares = creditShares(rewards, lengths, reward)
  return transitions.map((turn, at) => ({ ...turn, share: shares[at] ?? 0 }))
}

/**
 * Log-probabilities under the initial model by sequence. A rollout has those of its last one; where the prompts broke off
 * there are others, which are scored here.
 */
const references = Effect.fnUntraced(function* (
  all: ReadonlyArray<RolledOut>,
  { base, step }: Pick<Training, "base" | "step">,
) {
  const known = new Map<string, ReadonlyArray<number>>()
  const others: Array<ReadonlyArray<number>> = []
  for (const { transitions, initial } of all)
    for (const [at, sequence] of sequencesOf(transitions).toReversed().entries())
      if (at === 0) known.set(keyOf(sequence), initial)
      else if (sequence.length > 1) others.push(sequence)
  if (others.length > 0) {
    const initial = yield* asStageFailure(Effect.flatMap(Policies, (policies) => policies.base(base)))
    yield* Effect.forEach(
      others,
      (sequence) =>
        Effect.map(initial.score(sequence, { role: "judge", step }), (scores) => known.set(keyOf(sequence), scores)),
      { concurrency: "unbounded" },
    ).pipe(asStageFailure)
  }
  return known
})

const keyOf = (tokens: ReadonlyArray<number>) => tokens.join(" ")
