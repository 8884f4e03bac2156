/** What the shards of a fine-tuning step do: prepare data, train some steps, measure. */
import { Clock, Effect, Schema } from "effect"
import { measure, lossOf } from "../../layers/training/SftMeasures.ts"
import { sftRequest } from "../../layers/training/SftDatums.ts"
import { learningRateAt } from "../../layers/training/SftRecipe.ts"
import { batchAt } from "../../layers/training/SftSequences.ts"
import { speaking } from "../../layers/training/SftSource.ts"
import type { SftSource } from "../../layers/training/SftSource.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { checkpointOf, driftOf, fromCheckpoint, untrained } from "../../layers/training/Policy.ts"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { Checkpoint } from "../../src/domain/Results.ts"
import { StageFailure } from "../../src/index.ts"
import { Trainer } from "../../src/ports/Trainer.ts"
import { asStageFailure } from "./failures.ts"
import { datumsOf, measurePart, prepare } from "./sftParts.ts"
import type { Prepared } from "./sftParts.ts"

/** Some steps in a row, and the state after them. */
export const Trained = Schema.Struct({
  checkpoint: Checkpoint,
  losses: Schema.Array(Schema.Number),
  drift: Schema.optional(Schema.Number),
  seconds: Schema.Number,
})
export type Trained = typeof Trained.Type

export interface FineTuning extends Omit<SftSource, "codec"> {
  readonly base: ModelSpec
  /** The step that runs. */
  readonly step: string
}

export const fineTuning = ({ base, step: stepId, ...options }: FineTuning) => {
  const { recipe, seed } = options
  const caller = { role: "trainer", step: stepId } as const
  const start = untrained(base, { rank: recipe.rank, seed })
  const source = Effect.gen(function* () {
    const policies = yield* Policies
    const codec = yield* asStageFailure(policies.base(base))
    const speaks = yield* asStageFailure(
      Effect.try({ try: () => speaking(codec, recipe.marker), catch: (cause) => cause as Error }),
    )
    return { ...options, codec: speaks } satisfies SftSource
  })
  const policyOf = (checkpoint: Checkpoint | null) => (checkpoint === null ? start : fromCheckpoint(checkpoint))

  return {
    prepare: (part: ArtifactRef, limit: number | undefined, packed: boolean) =>
      Effect.flatMap(source, (from) => prepare(from, part, { limit, packed })),

    measure: (part: ArtifactRef, prepared: Prepared, checkpoint: Checkpoint | null) =>
      Effect.flatMap(source, (from) => measurePart(from, part, prepared, policyOf(checkpoint), caller)),

    /** Steps from `first` up to `end`, of `steps` in all. Each is journaled; the state is saved after the last. */
    train: Effect.fnUntraced(function* (
      part: ArtifactRef,
      data: Prepared,
      { first, end, steps }: { readonly first: number; readonly end: number; readonly steps: number },
      from: Checkpoint | null,
    ) {
      const policies = yield* Policies
      const { lossScale: scale } = yield* Trainer
      const began = yield* Clock.currentTimeMillis
      const batches = Array.from({ length: end - first }, (_, i) => batchAt(first + i, data.sequences, recipe, seed))
      const datums = yield* datumsOf(yield* source, part, data, batches.flat())
      const losses: Array<number> = []
      let policy = policyOf(from)
      for (const [i, batch] of batches.entries()) {
        const sequences = batch.flatMap((number) => datums.get(number) ?? [])
        const learningRate = learningRateAt(recipe, first + i, steps)
        const request = sftRequest(sequences, recipe, { learningRate, scale })
        const trained = yield* asStageFailure(policies.train(policy, request, caller))
        const loss = lossOf(measure(sequences, trained.logprobs))
        if (!Number.isFinite(loss)) return yield* diverged(first + i)
        losses.push(loss)
        policy = trained.policy
      }
      const state = yield* asStageFailure(policies.save(policy, caller))
      const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
      const drift = driftOf(yield* policies.drift, policy.pending)
      return { checkpoint: checkpointOf(policy, state), losses, ...drift, seconds } satisfies Trained
    }),
  }
}

const diverged = (step: number) =>
  StageFailure.make({
    kind: "operator",
    reason: `The loss before optimizer step ${step + 1} is not a number: training diverged.`,
    advice: "Lower the recipe's learningRate, or give it a warmUp or a clip.",
  })
