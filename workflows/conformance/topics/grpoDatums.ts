import { Either, Schema } from "effect"
import { grpoDatums, informativeGroups, trajectoryDatums } from "../../../layers/training/GrpoDatums.ts"
import type { InvalidTrajectory, Trajectory } from "../../../layers/training/GrpoDatums.ts"
import type { PolicyDatum } from "../../../src/domain/Datum.ts"
import { difference, topic } from "../Topic.ts"

const Numbers = Schema.Array(Schema.Number)
const Turns = Schema.Struct({
  transitions: Schema.Array(
    Schema.Struct({
      ob: Numbers,
      ac: Numbers,
      logprobs: Numbers,
      reward: Schema.Number,
      masked: Schema.optionalWith(Schema.Boolean, { default: () => false }),
    }),
  ),
})
const One = Schema.Struct({
  op: Schema.Literal("trajectory_to_data"),
  trajectory: Turns,
  advantage: Schema.Number,
})
const Batch = Schema.Struct({
  op: Schema.Literal("assemble"),
  drop_constant_groups: Schema.Boolean,
  groups: Schema.Array(Schema.Struct({ trajectories: Schema.Array(Turns), final_rewards: Numbers })),
})

/** Trajectories to datums. The source computes in 32 bits, hence the tolerance; a case may expect a refusal instead. */
export const grpoDatumsTopic = topic(Schema.Union(One, Batch), (input, expected) => {
  const actual = input.op === "trajectory_to_data" ? one(input) : batch(input)
  const refusal = Schema.is(Refusal)(expected)
  if (Either.isLeft(actual)) return refusal ? undefined : `refused: ${actual.left.message}`
  return refusal ? "accepted, though it has to be refused" : difference(actual.right, expected, 1e-6)
})

const Refusal = Schema.Struct({ error: Schema.Unknown })

const one = (input: typeof One.Type): Either.Either<unknown, InvalidTrajectory> =>
  Either.map(trajectoryDatums(trajectory(input.trajectory), input.advantage), (datums) => ({
    datums: datums.map(inTheirNames),
  }))

const batch = (input: typeof Batch.Type): Either.Either<unknown, InvalidTrajectory> => {
  const groups = input.groups.map((group) =>
    group.trajectories.map((turns, index) => trajectory(turns, group.final_rewards[index] ?? Number.NaN)),
  )
  return Either.map(grpoDatums(groups, { dropConstantGroups: input.drop_constant_groups }), (made) => ({
    total_rewards: made.totalRewards,
    // The source lists what its filter would keep, also where the filter is off.
    kept_group_indices: informativeGroups(made.totalRewards),
    advantages: made.advantages,
    datums: made.datums.map(({ datum }) => inTheirNames(datum)),
    metadata: made.datums.map(({ group, trajectory }) => ({ group_idx: group, traj_idx: trajectory })),
  }))
}

const trajectory = ({ transitions }: typeof Turns.Type, finalReward = 0): Trajectory => ({
  transitions: transitions.map(({ ob, ac, ...turn }) => ({ ...turn, observation: ob, action: ac })),
  finalReward,
})

const inTheirNames = ({ modelInput, targetTokens, ...rest }: PolicyDatum) => ({
  ...rest,
  model_input: modelInput,
  target_tokens: targetTokens,
})
