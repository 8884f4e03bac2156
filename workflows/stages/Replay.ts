/**
 * A simulator in the place of the real users of held-out conversations, turn by turn (paper 1.9): when it ends, how its
 * words look, and how it talks, beside what they really did.
 */
import { Clock, Effect, Schema } from "effect"
import { toldApart } from "../../layers/evaluation/realism/discriminator.ts"
import { EmbeddingModel } from "../../layers/evaluation/realism/Embedder.ts"
import { replayMeasures } from "../../layers/evaluation/fidelity/replayMeasures.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ReplayResult } from "../../src/domain/Replay.ts"
import { SimulatorResult, SplitResult } from "../../src/domain/Results.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { personasOf } from "./casting.ts"
import { Conversing } from "./Conversing.ts"
import { mergedCounts } from "./counts.ts"
import { MaxFailureShare, refuseMissing } from "./missing.ts"
import { replayDemands } from "./replayDemands.ts"
import * as parts from "./replayParts.ts"
import { expectedIn } from "./splitShares.ts"

const positive = Schema.Int.pipe(Schema.positive())

export const Replay = Stage.make({
  name: "Replay",
  version: 2,
  input: {
    split: Step.of(SplitResult),
    simulator: Step.of(SimulatorResult),
    /** Sampling of the user's turns, and guardrails. Turns are asked for wherever a real user spoke, beyond `turns` too. */
    conversing: Conversing,
    /** Test conversations that are replayed, at most. */
    conversations: positive,
    /** Places after the opening that are asked in a conversation, at most. */
    places: positive.pipe(Schema.optionalWith({ default: () => 20 })),
    /** Whether the simulator writes an opening too, where there is an intent. */
    opening: Schema.Boolean.pipe(Schema.optionalWith({ default: () => true })),
    /** Whether a conversation is asked on after the simulator's first end; the paper stops there. */
    afterEnd: Schema.Literal("go-on", "stop").pipe(Schema.optionalWith({ default: () => "go-on" as const })),
    /** For the distance in meaning; needs the package @huggingface/transformers. */
    embedding: Schema.optional(EmbeddingModel),
    /** Share of places that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: ReplayResult,
  check: ({ conversing }) =>
    conversing.ends === "user"
      ? undefined
      : 'conversing.ends is "limit": users who may not leave can\'t be asked when they would. Leave `ends` out.',
  run: ({ split, simulator, conversing, conversations, embedding, maxFailureShare, seed, ...asking }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const part = split.test.conversations
      const batches = yield* Shard.once(
        "draw",
        Schema.Array(ArtifactRef),
        parts.drawReplayed(part, { conversations, seed }),
      )
      const replaying = { ...asking, conversing, maxFailureShare, seed, step }
      const replayed = yield* Effect.forEach(
        batches,
        (batch, i) =>
          Shard.once(
            `places/${i}`,
            parts.Replayed,
            parts.replayBatch(batch, simulator, { ...replaying, trial: i === 0 }),
          ),
        { concurrency: 4 },
      )
      const measure = Effect.gen(function* () {
        const began = yield* Clock.currentTimeMillis
        const outcomes = mergedCounts(replayed.map((one) => ({ ...one, rollouts: one.places, endings: [] })))
        yield* refuseMissing(outcomes, maxFailureShare, "turns")
        const rows = yield* parts.replayRows.join(replayed.map((one) => one.rows))
        const measured = yield* parts.measureRows(rows, embedding)
        const before = replayed.reduce((sum, { seconds }) => sum + seconds, 0)
        return ReplayResult.make({
          personas: personasOf(simulator, undefined),
          conversations: measured.length,
          places: outcomes.rollouts,
          missing: replayed.reduce((sum, { missing }) => sum + missing, 0),
          refusals: outcomes.refusals,
          failures: outcomes.failures,
          ...replayMeasures(measured, seed),
          toldApart: yield* toldApart(measured, seed),
          embedding: embedding === undefined ? null : `${embedding.name}@${embedding.revision}`,
          rows,
          seconds: before + ((yield* Clock.currentTimeMillis) - began) / 1000,
        })
      })
      return yield* Shard.once("measure", ReplayResult, measure)
    }),
  estimate: ({ split, simulator, conversing, conversations, places, opening }, sizeOf) => {
    const count = Math.min(conversations, Math.max(1, expectedIn(split, ["test"], sizeOf(split))))
    return { size: 1, demands: replayDemands(simulator, conversing, { conversations: count, places, opening }) }
  },
})
