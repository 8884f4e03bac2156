/** One GRPO iteration: rollouts, optimizer steps, and the state saved where that is due. All of it is journaled. */
import { Clock, Effect, Schema } from "effect"
import { chosenGroups, groupCounts } from "../../layers/training/groupDraws.ts"
import type { GrpoRecipe } from "../../layers/training/GrpoRecipe.ts"
import { updateMetrics } from "../../layers/training/importanceWeights.ts"
import { iterationMetrics } from "../../layers/training/iterationMetrics.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { checkpointOf, driftOf } from "../../layers/training/Policy.ts"
import type { Policy, TrainingRequest } from "../../layers/training/Policy.ts"
import { TrainingLog } from "../../layers/training/TrainingLog.ts"
import { judgeRecipe } from "../../layers/training/trainerKinds.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { UpdateMetrics } from "../../src/domain/IterationMetrics.ts"
import { Checkpoint, Iteration } from "../../src/domain/Results.ts"
import { CallMeter, makeCallMeter } from "../../src/journal/CallMeter.ts"
import { StageFailure } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { rollouts } from "./conversations.ts"
import { meanMeasures, meanReward, outcomesOf } from "./counts.ts"
import { asStageFailure } from "./failures.ts"
import { batchOf, complete, rewardsOf } from "./grpoBatch.ts"
import { policyAt, requestFile } from "./grpoParts.ts"
import type { Reached } from "./grpoParts.ts"
import { rollGroups } from "./grpoRollouts.ts"
import type { Training } from "./grpoRollouts.ts"
import { defaultFailureShare, refuseMissing } from "./missing.ts"

/** What an iteration comes to: a saved state, or the requests that lead on from the one before. */
export const Trained = Schema.Struct({
  checkpoint: Schema.optional(Checkpoint),
  requests: Schema.optional(ArtifactRef),
  iteration: Iteration,
})
export type Trained = typeof Trained.Type

export const grpoIteration = Effect.fn("grpoIteration")(function* (
  training: Training,
  index: number,
  /** The policies after every iteration so far, the untrained one first. */
  history: ReadonlyArray<Reached>,
  saving: boolean,
) {
  const { recipe, base, seed, step } = training
  const policies = yield* Policies
  yield* refuseUnhonoured(recipe, yield* Trainer)
  const policy = yield* policyAt(base, recipe, seed, at(history, index))
  const meter = makeCallMeter()
  const metered = Effect.provideService(CallMeter, meter)
  const began = yield* Clock.currentTimeMillis
  const staleness = Math.min(index, recipe.staleness)
  const sampler = staleness === 0 ? policy : yield* policyAt(base, recipe, seed, at(history, index - staleness))
  const { groups, records, rounds } = yield* metered(rollGroups(training, index, sampler))
  const sampled = yield* Clock.currentTimeMillis
  yield* refuseMissing(outcomesOf(records), defaultFailureShare)
  const usableGroups = complete(groups)
  const batch = yield* metered(batchOf(chosenGroups(usableGroups, rewardsOf, recipe), training, index))
  const { now, updates } = yield* metered(update(policy, batch.requests, step))
  const learnt = yield* Clock.currentTimeMillis
  const caller = { role: "trainer", step } as const
  const state = saving ? yield* asStageFailure(policies.save(now, caller)) : undefined
  const saved = yield* Clock.currentTimeMillis
  const metrics = iterationMetrics({
    rolledOut: groups.flat(),
    requests: batch.requests,
    updates,
    groups: groupCounts(usableGroups.map(rewardsOf), recipe, batch.groups),
    rounds,
    ...(staleness === 0 ? {} : { staleness }),
    usage: meter.byRole(),
  })
  const iteration = Iteration.make({
    index,
    identity: now.identity,
    reward: meanReward(records) ?? 0,
    measures: meanMeasures(records),
    kl: batch.kl,
    ...outcomesOf(records),
    groups: batch.groups,
    transcripts: yield* rollouts.write(records),
    ...(state === undefined ? {} : { state }),
    ...(recipe.metrics === "result" ? { metrics } : {}),
    ...driftOf(yield* policies.drift, now.pending.slice(policy.pending.length)),
    seconds: {
      sampling: (sampled - began) / 1000,
      training: (learnt - sampled) / 1000,
      saving: (saved - learnt) / 1000,
    },
  })
  yield* (yield* TrainingLog).write(step, { kind: "iteration", after: index + 1, ...iteration, metrics })
  const trained: Trained =
    state === undefined
      ? { iteration, requests: yield* requestFile.write(batch.requests) }
      : { iteration, checkpoint: checkpointOf(now, state) }
  return trained
})

/** The rollouts of a later iteration, which finds them in the journal. Only for its time: it gives nothing. */
export const rollAhead = Effect.fn("rollAhead")(function* (training: Training, index: number, reached: Reached) {
  yield* refuseUnhonoured(training.recipe, yield* Trainer)
  yield* rollGroups(training, index, yield* policyAt(training.base, training.recipe, training.seed, reached))
})

/** Optimizer steps in order, each journaled. */
const update = Effect.fnUntraced(function* (policy: Policy, requests: ReadonlyArray<TrainingRequest>, step: string) {
  const policies = yield* Policies
  const updates: Array<UpdateMetrics> = []
  let now = policy
  for (const request of requests) {
    const trained = yield* asStageFailure(policies.train(now, request, { role: "trainer", step }))
    const { gradientNorm } = trained
    updates.push({
      ...updateMetrics(request, trained.logprobs),
      ...(gradientNorm === undefined ? {} : { gradientNorm }),
    })
    now = trained.policy
  }
  return { now, updates }
})

const at = (history: ReadonlyArray<Reached>, iterations: number): Reached =>
  history[iterations] ?? { checkpoint: null, unsaved: [] }

const refuseUnhonoured = (recipe: GrpoRecipe, { kind, samplersStay = false }: Trainer["Type"]) => {
  const said = judgeRecipe(recipe, kind).refused
  const stale = "staleness: this trainer samples no older policy than the one in training"
  const refused = said.length === 0 && recipe.staleness > 0 && !samplersStay ? [stale] : said
  return refused.length === 0
    ? Effect.void
    : StageFailure.make({
        kind: "operator",
        reason: `The trainer can't carry out this recipe: ${refused.join("; ")}.`,
        advice: "Change these settings (Grpo.paperApprox is the nearest to the paper's), or use another trainer.",
      })
}
