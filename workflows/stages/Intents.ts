/**
 * Gives every conversation of a split an intent (paper 2.2). Intents that the data has are used as they are; the others
 * are written by a model. Conversations that no intent could be had for are left out and counted by reason.
 */
import { Effect, Schema, Stream } from "effect"
import { drawIntent } from "../../layers/generation/intents/drawIntent.ts"
import { IntentRecipe } from "../../layers/generation/intents/IntentRecipe.ts"
import { chatIntentWriter, tokenIntentWriter } from "../../layers/generation/intents/IntentWriter.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { SplitResult } from "../../src/domain/Results.ts"
import type { Part } from "../../src/domain/Results.ts"
import { Shard, Stage, StageFailure, Step } from "../../src/index.ts"
import { isRemote } from "./casting.ts"
import { conversations } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"
import { addDrawn, failedOf, intentNotes, noDraws, reasonsOf } from "./intentCounts.ts"
import type { IntentCounts } from "./intentCounts.ts"
import { intentDemand } from "./intentDemand.ts"
import { batchesWithout, distinctParts, drawnIntents, PartName, withIntents } from "./intentParts.ts"
import { MaxFailureShare } from "./missing.ts"
import { expectedIn } from "./splitShares.ts"

export const Intents = Stage.make({
  name: "Intents",
  version: 1,
  input: {
    split: Step.of(SplitResult),
    model: ModelSpec,
    recipe: IntentRecipe,
    /** Which parts are asked for; the others stay as they are. Simulators that nothing trains need `test` alone. */
    parts: Schema.NonEmptyArray(PartName).pipe(Schema.optionalWith({ default: () => PartName.literals })),
    /** Share of the conversations asked for that may stay without an intent; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: SplitResult,
  run: ({ split, model, recipe, parts: wanted, maxFailureShare, seed }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const parts = distinctParts(split, wanted)
      const batches = yield* Effect.forEach(parts, ({ name, part }) =>
        Effect.map(
          Shard.once(`batches/${name}`, Schema.Array(ArtifactRef), batchesWithout(part.conversations)),
          (refs) => refs.map((ref, index) => ({ name: `${name}/${index}`, part: name, ref })),
        ),
      )
      const draw = (batch: { readonly name: string; readonly ref: ArtifactRef }, maxFailed: number) =>
        Shard.once(
          `draws/${batch.name}`,
          ArtifactRef,
          Effect.gen(function* () {
            const writer = yield* asStageFailure(writerOf(model, recipe, step))
            const drawn = yield* Effect.forEach(
              yield* conversations.read(batch.ref),
              (conversation) => drawIntent(writer, conversation, recipe, seed),
              { concurrency: "unbounded" },
            ).pipe(asStageFailure)
            if (drawn.length >= trialSize) yield* refuseFailures(drawn.reduce(addDrawn, noDraws), maxFailed)
            return yield* drawnIntents.write(drawn)
          }),
        )
      // The first batch is a trial: a model that can't do it is not asked for the rest of the corpus.
      const [first, ...rest] = batches.flat()
      const drawn = [
        ...(first === undefined ? [] : [yield* draw(first, Math.max(0.5, maxFailureShare))]),
        ...(yield* Effect.forEach(rest, (batch) => draw(batch, 1), { concurrency: 4 })),
      ]
      const drawnOf = (name: string) => batches.flat().flatMap(({ part }, i) => (part === name ? [drawn[i]!] : []))

      return yield* Shard.once(
        "join",
        SplitResult,
        Effect.gen(function* () {
          const counts = yield* Stream.fromIterable(drawn).pipe(
            Stream.mapEffect((ref) => drawnIntents.read(ref)),
            Stream.runFold(noDraws, (sum, records) => records.reduce(addDrawn, sum)),
          )
          yield* refuseFailures(counts, maxFailureShare)
          const joined = yield* Effect.forEach(parts, ({ name, part }) => withIntents(part, drawnOf(name)))
          const partOf = (own: Part) =>
            joined[parts.findIndex(({ part }) => part.conversations.sha256 === own.conversations.sha256)] ?? own
          const dropped = reasonsOf(counts).map(({ reason, count }) => ({ reason: `no intent: ${reason}`, count }))
          const given = parts.reduce((sum, { part }) => sum + part.count, 0) - counts.asked
          return SplitResult.make({
            ...split,
            simulator: partOf(split.simulator),
            assistant: partOf(split.assistant),
            validation: partOf(split.validation),
            test: partOf(split.test),
            dropped: [...split.dropped, ...dropped],
            notes: [...split.notes, ...intentNotes(counts, { given, model, recipe })],
          })
        }),
      )
    }),
  estimate: ({ split, model, recipe, parts }, sizeOf) => {
    const size = sizeOf(split)
    return { size, demands: [intentDemand(model, recipe, expectedIn(split, parts, size))] }
  },
})

/** Conversations that a trial needs to say something. */
const trialSize = 20

const writerOf = Effect.fnUntraced(function* (model: ModelSpec, recipe: IntentRecipe, step: string) {
  if (isRemote(model)) return yield* chatIntentWriter(model, recipe, step)
  const policies = yield* Policies
  return tokenIntentWriter(yield* policies.base(model), recipe, step)
})

const refuseFailures = (counts: IntentCounts, maxFailureShare: number): Effect.Effect<void, StageFailure> => {
  const failed = failedOf(counts)
  if (failed <= maxFailureShare * counts.asked) return Effect.void
  const reasons = reasonsOf(counts).map(({ reason, count }) => `${reason} (${count})`)
  return StageFailure.make({
    kind: "data",
    reason: `${failed} of ${counts.asked} conversations got no intent: ${reasons.join(", ")}. The first: ${counts.examples.join("; ")}.`,
    advice:
      "Look at the answers with `understudy show CALL`. Then mend the cause, or raise `maxFailureShare` to go on without them; `understudy retry --failures` draws again for what failed, and what was answered is not paid again.",
  })
}
