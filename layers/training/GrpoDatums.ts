/**
 * Groups of multi-turn trajectories to training datums, as tinker-cookbook 0.6 does it
 * (`rl/data_processing.py`): turns merged where one continues the other, shifted by one token, user tokens masked.
 */
import { Either, Schema } from "effect"
import type { PolicyDatum } from "../../src/domain/Datum.ts"

/** One turn: the whole prompt in tokens, the sampled tokens with their log-probabilities (nats), the turn's reward. */
export interface Transition {
  readonly observation: ReadonlyArray<number>
  readonly action: ReadonlyArray<number>
  readonly logprobs: ReadonlyArray<number>
  readonly reward: number
  /** The turn is not trained on: advantage and mask of its sampled tokens are 0. */
  readonly masked?: boolean
  /** What its tokens are given of the trajectory's advantage, as a factor of it. Default 1. */
  readonly share?: number
}

export interface Trajectory {
  readonly transitions: ReadonlyArray<Transition>
  /** Added to the rewards of the transitions. */
  readonly finalReward: number
}

/** A trajectory that can't be trained on. */
export class InvalidTrajectory extends Schema.TaggedError<InvalidTrajectory>()("InvalidTrajectory", {
  group: Schema.Int,
  trajectory: Schema.Int,
  detail: Schema.String,
}) {
  override get message() {
    return `Trajectory ${this.trajectory} of group ${this.group} can't be trained on: ${this.detail}`
  }
}

export interface GrpoOptions {
  /** Trains on `informativeGroups` only: constant groups teach nothing. */
  readonly dropConstantGroups: boolean
  /** Divides by the group's sample standard deviation + 1e-6, as verl does. Default: centred only. */
  readonly divideByStd?: boolean
}

export interface TrainingBatch {
  /** Of every group given, kept or not. */
  readonly totalRewards: ReadonlyArray<ReadonlyArray<number>>
  /** Indices of the groups kept, among those given. The other fields speak of kept groups only. */
  readonly keptGroups: ReadonlyArray<number>
  readonly advantages: ReadonlyArray<ReadonlyArray<number>>
  /** In the order of group, trajectory, turn; `group` and `trajectory` count among those kept. */
  readonly datums: ReadonlyArray<{ readonly group: number; readonly trajectory: number; readonly datum: PolicyDatum }>
}

/** Datums of groups of trajectories of one prompt each, with group-relative advantages. */
export const grpoDatums = (
  groups: ReadonlyArray<ReadonlyArray<Trajectory>>,
  options: GrpoOptions,
): Either.Either<TrainingBatch, InvalidTrajectory> =>
  Either.gen(function* () {
    for (const [group, items] of groups.entries())
      for (const [trajectory, item] of items.entries()) {
        const detail = findProblem(item)
        if (detail !== undefined) yield* Either.left(new InvalidTrajectory({ group, trajectory, detail }))
      }
    const totalRewards = groups.map((group) => group.map(totalReward))
    const keptGroups = options.dropConstantGroups ? informativeGroups(totalRewards) : groups.map((_, index) => index)
    const advantages = keptGroups.map((index) => groupAdvantages(totalRewards[index] ?? [], options))
    const datums: Array<TrainingBatch["datums"][number]> = []
    for (const [group, index] of keptGroups.entries())
      for (const [trajectory, item] of (groups[index] ?? []).entries()) {
        const made = yield* trajectoryDatums(item, advantages[group]?.[trajectory] ?? 0, { group: index, trajectory })
        datums.push(...made.map((datum) => ({ group, trajectory, datum })))
      }
    return { totalRewards, keptGroups, advantages, datums }
  })

/**
 * Datums of one trajectory, every sampled token with the same advantage, times its turn's share. A turn whose
 * observation starts with all tokens so far continues the datum; any other opens a new one. No tokens give no datum; a
 * datum of one token has nothing to predict and is refused, as are numbers that don't fit the tokens.
 */
export const trajectoryDatums = (
  trajectory: Trajectory,
  advantage: number,
  at = { group: 0, trajectory: 0 },
): Either.Either<ReadonlyArray<PolicyDatum>, InvalidTrajectory> => {
  const problem = Number.isFinite(advantage) ? findProblem(trajectory) : `its advantage is ${advantage}`
  if (problem !== undefined) return Either.left(new InvalidTrajectory({ ...at, detail: problem }))
  const sequences: Array<Array<Token>> = []
  for (const { observation, action, logprobs, masked, share = 1 } of trajectory.transitions) {
    let sequence = sequences.at(-1)
    if (sequence === undefined || !continues(observation, sequence)) sequences.push((sequence = []))
    for (const id of observation.slice(sequence.length)) sequence.push({ id, logprob: 0, advantage: 0, mask: 0 })
    const trained = masked === true ? { advantage: 0, mask: 0 } : { advantage: advantage * share, mask: 1 }
    for (const [index, id] of action.entries()) sequence.push({ id, logprob: logprobs[index] ?? 0, ...trained })
  }
  const filled = sequences.filter((sequence) => sequence.length > 0)
  if (filled.some((sequence) => sequence.length === 1))
    return Either.left(new InvalidTrajectory({ ...at, detail: "one token alone leaves nothing to predict" }))
  return Either.right(filled.map(shift))
}

/** The token sequences of a trajectory, each a datum's: turns that continue each other are one. */
export const sequencesOf = (transitions: ReadonlyArray<Transition>): ReadonlyArray<ReadonlyArray<number>> => {
  const sequences: Array<ReadonlyArray<number>> = []
  for (const { observation, action } of transitions) {
    const before = sequences.at(-1)
    const goesOn = before !== undefined && before.every((token, index) => token === observation[index])
    if (goesOn) sequences.pop()
    sequences.push([...observation, ...action])
  }
  return sequences
}

/** Totals minus their mean; 0 where all are equal, so that rounding can't make a signal of none. */
export const groupAdvantages = (
  totals: ReadonlyArray<number>,
  options: Pick<GrpoOptions, "divideByStd"> = {},
): ReadonlyArray<number> => {
  if (isConstant(totals)) return totals.map(() => 0)
  const mean = sum(totals) / totals.length
  const centred = totals.map((total) => total - mean)
  if (options.divideByStd !== true) return centred
  const std = Math.sqrt(sum(centred.map((value) => value * value)) / (totals.length - 1))
  return centred.map((value) => value / (std + 1e-6))
}

/** Indices of the groups whose totals are not all exactly equal; the first group alone if all are constant. */
export const informativeGroups = (totals: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<number> => {
  const kept = [...totals.keys()].filter((index) => !isConstant(totals[index] ?? []))
  return kept.length > 0 ? kept : [...totals.keys()].slice(0, 1)
}

interface Token {
  readonly id: number
  readonly logprob: number
  readonly advantage: number
  readonly mask: number
}

const shift = (sequence: ReadonlyArray<Token>): PolicyDatum => {
  const targets = sequence.slice(1)
  return {
    modelInput: sequence.slice(0, -1).map((token) => token.id),
    targetTokens: targets.map((token) => token.id),
    logprobs: targets.map((token) => token.logprob),
    advantages: targets.map((token) => token.advantage),
    mask: targets.map((token) => token.mask),
  }
}

const continues = (observation: ReadonlyArray<number>, sequence: ReadonlyArray<Token>) =>
  observation.length >= sequence.length && sequence.every((token, index) => token.id === observation[index])

const findProblem = ({ transitions, finalReward }: Trajectory) => {
  if (!Number.isFinite(finalReward)) return `its final reward is ${finalReward}`
  for (const [turn, { action, logprobs, reward, share = 1 }] of transitions.entries()) {
    if (!Number.isFinite(reward)) return `the reward of turn ${turn} is ${reward}`
    if (!Number.isFinite(share)) return `the share of turn ${turn} is ${share}`
    if (logprobs.length !== action.length)
      return `turn ${turn} has ${action.length} sampled tokens and ${logprobs.length} log-probabilities`
    if (!logprobs.every(Number.isFinite)) return `turn ${turn} has a log-probability that is not a number`
  }
  return undefined
}

const totalReward = ({ transitions, finalReward }: Trajectory) =>
  sum(transitions.map((transition) => transition.reward)) + finalReward

const isConstant = (values: ReadonlyArray<number>) => values.every((value) => value === values[0])

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
