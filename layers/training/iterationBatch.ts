/** The optimizer steps of an iteration, from its groups of rollouts. */
import { Either } from "effect"
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import type { AdamParams, Loss, LossScale } from "../../src/ports/Trainer.ts"
import { grpoDatums } from "./GrpoDatums.ts"
import type { InvalidTrajectory, TrainingBatch, Trajectory } from "./GrpoDatums.ts"
import type { GrpoRecipe } from "./GrpoRecipe.ts"
import { klShaped, klSloped, klSum } from "./klPenalty.ts"
import type { Reference } from "./klPenalty.ts"
import { reduced, trainedTokens } from "./lossReduction.ts"
import type { SequenceDatum } from "./lossReduction.ts"
import type { TrainingRequest } from "./Policy.ts"

export interface IterationBatch {
  /** In the order in which they are carried out; none where no group was left, or none that differs is to be kept. */
  readonly requests: ReadonlyArray<TrainingRequest>
  /** Mean over trained tokens of log p(policy) - log p(initial), in nats; without an update, over the first group's. */
  readonly kl: number
  /** How many groups are trained on. */
  readonly groups: number
}

export interface BatchOptions {
  readonly reference: Reference
  readonly scale: LossScale
  /** Mini-batches are drawn by it. */
  readonly seed: number
  readonly iteration: number
}

/**
 * Group-relative advantages with the KL penalty, scaled so that the loss is reduced as the recipe says whatever the
 * backend's own scale (paper 1.5: token_mean).
 */
export const iterationBatch = (
  all: ReadonlyArray<ReadonlyArray<Trajectory>>,
  recipe: GrpoRecipe,
  { reference, scale, ...order }: BatchOptions,
): Either.Either<IterationBatch, InvalidTrajectory> =>
  Either.gen(function* () {
    const groups = all.filter((group) => passes(group.map(totalReward), recipe))
    const plain = yield* grpoDatums(groups, recipe)
    const { datums, keptGroups } =
      recipe.klPlacement !== "reward" || recipe.kl === 0
        ? plain
        : yield* grpoDatums(
            penalised(groups, plain, recipe, reference),
            // Which groups differ was decided by the reward itself.
            { ...recipe, dropConstantGroups: false },
          )
    const rows = datums.filter(({ datum }) => trainedTokens(datum) > 0)
    const { shaped, kl } = restrained(
      rows.map(({ datum }) => datum),
      recipe,
      reference,
    )
    const finished = rows.map((row, i) => ({ ...row, datum: shaped[i] ?? row.datum }))
    // `grpoDatums` keeps one group in any case. Without a difference it would be a step of the penalty and of momentum.
    const isIdle = recipe.dropConstantGroups && !groups.some((group) => isInformative(group.map(totalReward), recipe))
    const trained = isIdle ? 0 : keptGroups.length
    const requests = batchesOf(trained, recipe, order).map((members) => {
      const own = members.flatMap((member) => finished.filter(({ group }) => group === member))
      const sequences = own.map(({ group, trajectory, datum }): SequenceDatum => ({
        sequence: `${group}/${trajectory}`,
        datum,
      }))
      return { datums: reduced(sequences, recipe.reduction, scale), loss: lossOf(recipe), adam: adamOf(recipe) }
    })
    return { requests: requests.filter((request) => request.datums.length > 0), kl, groups: trained }
  })

/** Rewards that a group can be learnt from: they differ, and their mean is within the recipe's bounds. */
export const isInformative = (rewards: ReadonlyArray<number>, recipe: GrpoRecipe): boolean =>
  rewards.some((reward) => reward !== rewards[0]) && passes(rewards, recipe)

/** By the filter alone. */
export const passes = (rewards: ReadonlyArray<number>, { filter }: Pick<GrpoRecipe, "filter">): boolean => {
  const { least = -Infinity, most = Infinity } = filter ?? {}
  const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length
  return filter === undefined || (mean >= least && mean <= most)
}

/** Groups of every optimizer step. Without mini-batches the order is that of the groups. */
const batchesOf = (
  groups: number,
  { miniBatch, epochs }: GrpoRecipe,
  { seed, iteration }: Pick<BatchOptions, "seed" | "iteration">,
): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: epochs }, (_, epoch) => {
    const all = Array.from({ length: groups }, (_, group) => group)
    if (miniBatch === undefined) return [all]
    const order = randomFrom(deriveSeed([seed, "mini-batch", iteration, epoch])).shuffle(all)
    return all.flatMap((at) => (at % miniBatch === 0 ? [order.slice(at, at + miniBatch)] : []))
  }).flat()

/** The kept groups, each rollout's reward less its divergence from the initial model. */
const penalised = (
  groups: ReadonlyArray<ReadonlyArray<Trajectory>>,
  { keptGroups, datums }: TrainingBatch,
  { kl, klEstimator }: GrpoRecipe,
  reference: Reference,
) =>
  keptGroups.map((index, group) =>
    (groups[index] ?? []).map((item, trajectory) => {
      const own = datums.filter((row) => row.group === group && row.trajectory === trajectory)
      const sum = own.reduce((total, { datum }) => total + klSum(datum, reference, klEstimator), 0)
      return { ...item, finalReward: item.finalReward - kl * sum }
    }),
  )

const restrained = (
  datums: Parameters<typeof klShaped>[0],
  { kl: coefficient, klEstimator, klPlacement }: GrpoRecipe,
  reference: Reference,
) => {
  if (klPlacement === "advantage") return klShaped(datums, reference, coefficient, klEstimator)
  const { kl } = klShaped(datums, reference, 0)
  return {
    kl,
    shaped: klPlacement === "loss-gradient" ? klSloped(datums, reference, coefficient, klEstimator) : datums,
  }
}

const lossOf = ({ loss, clip }: GrpoRecipe): Loss =>
  loss === "ppo" ? { kind: "ppo", ...clip } : { kind: "importance_sampling" }

/** Settings at 0 are not sent: a policy's name doesn't change with what a recipe leaves out. */
const adamOf = ({ learningRate, betas: [beta1, beta2], eps, weightDecay, gradientClip }: GrpoRecipe): AdamParams => ({
  learningRate,
  beta1,
  beta2,
  eps,
  ...(weightDecay === 0 ? {} : { weightDecay }),
  ...(gradientClip === 0 ? {} : { gradClipNorm: gradientClip }),
})

const totalReward = ({ transitions, finalReward }: Trajectory) =>
  transitions.reduce((sum, { reward }) => sum + reward, 0) + finalReward
