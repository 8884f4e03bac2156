/**
 * Thousands of conversations in bounded memory: prompts are drawn once, held in batches of one shard each, and joined
 * file by file. What became of them is counted batch by batch.
 */
import { Clock, Effect, Schema } from "effect"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { Conversation } from "../../src/domain/Conversation.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { EndingCounts, FailureCount, RefusalCounts } from "../../src/domain/Results.ts"
import type { Rollout } from "../../src/domain/Rollout.ts"
import { Shard, StageFailure } from "../../src/index.ts"
import { conversations, rollouts } from "./conversations.ts"
import type { Conversing } from "./Conversing.ts"
import { usable } from "./Conversing.ts"
import { meanReward, mergedCounts, outcomesOf } from "./counts.ts"
import { drawConversations } from "./drawConversations.ts"
import { asStageFailure } from "./failures.ts"
import { refuseMissing, trialFailureShare } from "./missing.ts"

const Batch = Schema.Struct({
  transcripts: ArtifactRef,
  rollouts: Schema.Int,
  endings: EndingCounts,
  refusals: RefusalCounts,
  failures: Schema.Array(FailureCount),
  /** Sum of rewards and how many there are. */
  reward: Schema.Struct({ sum: Schema.Number, count: Schema.Int }),
  seconds: Schema.Number,
})

export interface Holding<R, R2> {
  readonly part: ArtifactRef
  /** Before the names of its shards, for a stage that holds several times. */
  readonly name?: string
  readonly conversing: Conversing
  /** What prompts have to be besides. Default: any. */
  readonly fits?: Effect.Effect<(prompt: Conversation) => boolean, StageFailure, R2>
  readonly prompts: number
  readonly samples: number
  readonly seed: number
  /** Share of rollouts that the infrastructure may fail; above it the step is suspended. */
  readonly maxFailureShare: number
  /** Made once a batch, then asked for every rollout of it. */
  readonly hold: Effect.Effect<
    (prompt: Conversation, sample: number) => Effect.Effect<Rollout, LlmError, R>,
    StageFailure,
    R2
  >
}

export const holdInBatches = Effect.fnUntraced(function* <R, R2>(holding: Holding<R, R2>) {
  const { part, conversing, samples, seed, name = "" } = holding
  const batches = yield* Shard.once(`${name}prompts`, Schema.Array(ArtifactRef), drawPrompts(holding))
  const results = yield* Effect.forEach(
    batches,
    (batch, index) =>
      Shard.once(
        `${name}prompts/${index}`,
        Batch,
        Effect.gen(function* () {
          const prompts = yield* conversations.read(batch)
          const hold = yield* holding.hold
          const began = yield* Clock.currentTimeMillis
          const records = yield* Effect.forEach(
            prompts.flatMap((prompt) => Array.from({ length: samples }, (_, sample) => ({ prompt, sample }))),
            ({ prompt, sample }) => hold(prompt, sample),
            { concurrency: "unbounded" },
          ).pipe(asStageFailure)
          const outcomes = outcomesOf(records)
          // The share is of the step as a whole, below. The first batch tells whether going on is of any use.
          if (index === 0) yield* refuseMissing(outcomes, Math.max(trialFailureShare, holding.maxFailureShare))
          const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
          const rewards = records.flatMap(({ verdict }) => (verdict === null ? [] : [verdict.reward]))
          return Batch.make({
            transcripts: yield* rollouts.write(records),
            ...outcomes,
            reward: { sum: (meanReward(records) ?? 0) * rewards.length, count: rewards.length },
            seconds,
          })
        }),
      ),
    { concurrency: 4 },
  )
  const merged = mergedCounts(results)
  const joined = rollouts.join(results.map((batch) => batch.transcripts))
  const transcripts = yield* Shard.once(
    `${name}join`,
    ArtifactRef,
    Effect.zipRight(refuseMissing(merged, holding.maxFailureShare), joined),
  )
  const judged = results.reduce((count, { reward }) => count + reward.count, 0)
  return {
    ...merged,
    reward: judged === 0 ? null : results.reduce((sum, { reward }) => sum + reward.sum, 0) / judged,
    transcripts,
    seconds: results.reduce((sum, batch) => sum + batch.seconds, 0),
  }

  function drawPrompts({ prompts, fits = Effect.succeed(() => true) }: Holding<R, R2>) {
    return Effect.gen(function* () {
      const isFit = yield* fits
      const drawn = yield* drawConversations(
        part,
        prompts,
        [seed, "held-out"],
        (one) => usable([one], conversing).length > 0 && isFit(one),
      )
      if (drawn.length === 0) {
        return yield* StageFailure.make({
          kind: "operator",
          reason:
            "No opening of this part of the corpus fits `conversing.maxOpening` and, where a recipe has it, `limits.promptTokens`.",
          advice: "Raise it, or take another corpus.",
        })
      }
      const starts = drawn.flatMap((_, at) => (at % batchSize === 0 ? [at] : []))
      return yield* Effect.forEach(starts, (start) => conversations.write(drawn.slice(start, start + batchSize)))
    })
  }
})

/** Prompts in one shard. */
const batchSize = 50
