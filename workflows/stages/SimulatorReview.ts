/** What the simulated users of a simulation did wrong, by a judge that reads every conversation (paper 3.6). */
import { Clock, Effect, Schema, Stream } from "effect"
import {
  ReviewedConversation,
  reviewCounts,
  reviewPromptHash,
  reviewUser,
} from "../../layers/evaluation/fidelity/reviewUser.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { ModelSpec } from "../../src/domain/ModelSpec.ts"
import { SimulationResult, SplitResult } from "../../src/domain/Results.ts"
import { SimulatorReviewResult } from "../../src/domain/SimulatorReview.ts"
import { Shard, Stage, StageFailure, Step } from "../../src/index.ts"
import type { Estimate } from "../../src/index.ts"
import { conversations as corpusLines, lines, rollouts } from "./conversations.ts"
import { Conversing } from "./Conversing.ts"
import { asStageFailure } from "./failures.ts"
import { MaxFailureShare } from "./missing.ts"
import { opensOf } from "./rolloutDemands.ts"
import { Simulate } from "./Simulate.ts"
import { talkTokens } from "./talkTokens.ts"

const reviewed = lines(ReviewedConversation)
const positive = Schema.Int.pipe(Schema.positive())

export const SimulatorReview = Stage.make({
  name: "SimulatorReview",
  version: 1,
  input: {
    split: Step.of(SplitResult),
    simulation: Step.of(SimulationResult),
    judge: ModelSpec,
    /** Conversations that are reviewed, at most: the first ones, which were drawn by seed. */
    conversations: positive,
    /** Share of reviews that may be missing; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
  },
  output: SimulatorReviewResult,
  check: ({ simulation: { stage, input } }) =>
    stage === Simulate && input["part"] !== "test"
      ? 'what users want is read from the test part: simulate with part: "test"'
      : undefined,
  run: ({ split, simulation, judge, conversations, maxFailureShare }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const draw = Effect.gen(function* () {
        const refs: Array<ArtifactRef> = []
        yield* Stream.runForEach(
          rollouts.stream(simulation.transcripts).pipe(Stream.take(conversations), Stream.grouped(batchSize)),
          (some) => Effect.map(rollouts.write([...some]), (ref) => void refs.push(ref)),
        )
        return refs
      })
      const batches = yield* Shard.once("draw", Schema.Array(ArtifactRef), draw)
      const review = Effect.fnUntraced(function* (batch: ArtifactRef) {
        const began = yield* Clock.currentTimeMillis
        const held = yield* rollouts.read(batch)
        const prompts = new Set(held.map(({ prompt }) => prompt))
        const intents = new Map<string, string | undefined>()
        yield* Stream.runForEach(corpusLines.stream(split.test.conversations), ({ id, intent }) =>
          Effect.sync(() => void (prompts.has(id) && intents.set(id, intent))),
        )
        const rows = yield* Effect.forEach(
          held,
          (one) => reviewUser(one, { intent: intents.get(one.prompt), judge, step }),
          { concurrency: "unbounded" },
        ).pipe(asStageFailure)
        return { rows: yield* reviewed.write(rows), seconds: ((yield* Clock.currentTimeMillis) - began) / 1000 }
      })
      const done = yield* Effect.forEach(batches, (batch, i) => Shard.once(`reviews/${i}`, Reviewed, review(batch)), {
        concurrency: 4,
      })
      const count = Effect.gen(function* () {
        const counts = reviewCounts((yield* Effect.forEach(done, ({ rows }) => reviewed.read(rows))).flat())
        // Conversations that failed have no user turn to review; a judge that failed is another thing.
        const failed = counts.missing.filter(({ reason }) => reason.startsWith("judge:"))
        const missing = failed.reduce((sum, one) => sum + one.count, 0)
        if (missing > maxFailureShare * counts.asked) {
          return yield* StageFailure.make({
            kind: "data",
            reason: `${missing} of ${counts.asked} reviews are missing: ${failed.map((one) => `${one.reason} (${one.count})`).join(", ")}.`,
            advice:
              "Mend the cause, then `understudy retry --failures` asks again for what failed; what succeeded is not paid again.",
          })
        }
        return SimulatorReviewResult.make({
          judge,
          prompt: reviewPromptHash,
          ...counts,
          rows: yield* reviewed.join(done.map(({ rows }) => rows)),
          seconds: done.reduce((sum, { seconds }) => sum + seconds, 0),
        })
      })
      return yield* Shard.once("count", SimulatorReviewResult, count)
    }),
  estimate: ({ simulation, judge, conversations }, sizeOf) => {
    const count = Math.min(conversations, Math.max(1, sizeOf(simulation)))
    const read = simulatedTokens(simulation)
    return {
      size: 1,
      demands: [
        {
          role: "judge",
          model: judge,
          calls: { low: count, expected: count, high: 3 * count },
          promptTokens: {
            low: count * 400,
            expected: count * (instructions + read.expected),
            high: 3 * count * (instructions + read.high),
          },
          completionTokens: { low: count * 10, expected: count * 150, high: 3 * count * 1024 },
        },
      ],
    }
  },
})

/** Of one conversation; that of a stage of one's own is taken to be of middling length. */
const simulatedTokens = ({
  input: { conversing, simulator },
}: Step.AnyStep): Pick<Estimate.Range, "expected" | "high"> =>
  Schema.is(Conversing)(conversing)
    ? talkTokens({ conversing, opens: Step.isStep(simulator) && opensOf(simulator) }).upTo([conversing.turns])
    : { expected: 1500, high: 16_000 }

/** Tokens of the prompt without the conversation, about. */
const instructions = 400

const Reviewed = Schema.Struct({ rows: ArtifactRef, seconds: Schema.Number })

/** Conversations in one shard. */
const batchSize = 50
