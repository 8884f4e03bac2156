/** The shards of a replay: conversations that are drawn, asked place by place, and measured. */
import { Clock, Effect, Schema, Stream } from "effect"
import { measureRow } from "../../layers/evaluation/fidelity/replayMeasures.ts"
import type { Measured } from "../../layers/evaluation/fidelity/replayMeasures.ts"
import { placesOf, replayUser } from "../../layers/evaluation/fidelity/replayUser.ts"
import type { Replaying } from "../../layers/evaluation/fidelity/replayUser.ts"
import { ReplayRow } from "../../layers/evaluation/fidelity/rows.ts"
import { embedder } from "../../layers/evaluation/realism/Embedder.ts"
import type { EmbeddingModel } from "../../layers/evaluation/realism/Embedder.ts"
import { language } from "../../layers/evaluation/realism/Language.ts"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import { FailureCount, RefusalCounts } from "../../src/domain/Results.ts"
import type { SimulatorResult } from "../../src/domain/Results.ts"
import { StageFailure } from "../../src/index.ts"
import { castUser } from "./casting.ts"
import { userSampling } from "./Conversing.ts"
import type { Conversing } from "./Conversing.ts"
import { conversations, lines } from "./conversations.ts"
import { mergedCounts } from "./counts.ts"
import { drawConversations } from "./drawConversations.ts"
import { asStageFailure } from "./failures.ts"
import { refuseMissing, trialFailureShare } from "./missing.ts"

export const replayRows = lines(ReplayRow)

/** Conversations in one shard. */
const batchSize = 25

/** Conversations in which a user was answered, in batches. */
export const drawReplayed = Effect.fnUntraced(function* (
  part: ArtifactRef,
  { conversations: limit, seed }: { readonly conversations: number; readonly seed: number },
) {
  const drawn = yield* drawConversations(part, limit, [seed, "replay"], (one) => placesOf(one, 1).length > 0)
  if (drawn.length === 0) {
    return yield* StageFailure.make({
      kind: "operator",
      reason: "No conversation of the test part has an assistant turn: there is no place to replay.",
      advice: "Take another corpus.",
    })
  }
  return yield* Effect.forEach(
    drawn.flatMap((_, at) => (at % batchSize === 0 ? [at] : [])),
    (start) => conversations.write(drawn.slice(start, start + batchSize)),
  )
})

export const Replayed = Schema.Struct({
  rows: ArtifactRef,
  places: Schema.Int,
  missing: Schema.Int,
  refusals: RefusalCounts,
  failures: Schema.Array(FailureCount),
  seconds: Schema.Number,
})

interface ReplayingBatch extends Pick<Replaying, "opening" | "afterEnd" | "seed"> {
  readonly conversing: Conversing
  readonly places: number
  readonly step: string
  readonly maxFailureShare: number
  /** The first batch, which tells whether the others are asked for. */
  readonly trial: boolean
}

export const replayBatch = Effect.fnUntraced(function* (
  batch: ArtifactRef,
  simulator: SimulatorResult,
  { conversing, places: most, step, maxFailureShare, trial, ...replaying }: ReplayingBatch,
) {
  const began = yield* Clock.currentTimeMillis
  const { seed } = replaying
  const cast = yield* asStageFailure(castUser(simulator, { sampling: userSampling(conversing), seed, step }))
  const rows = yield* Effect.forEach(
    yield* conversations.read(batch),
    (one) => replayUser(cast.of(one), one, { ...replaying, guardrails: conversing.guardrails, most }),
    { concurrency: "unbounded" },
  ).pipe(asStageFailure)
  const places = rows.flatMap((row) => row.places)
  const {
    rollouts: count,
    refusals,
    failures,
  } = mergedCounts(
    places.map((place) => ({
      rollouts: 1,
      endings: [],
      refusals: place.refusals,
      failures: place.failure === null ? [] : [{ ...place.failure, count: 1 }],
    })),
  )
  if (trial) {
    const share = Math.max(trialFailureShare, maxFailureShare)
    yield* refuseMissing({ rollouts: count, failures }, share, "turns")
  }
  return {
    rows: yield* replayRows.write(rows),
    places: count,
    missing: places.filter(({ ended }) => ended === null).length,
    refusals,
    failures,
    seconds: ((yield* Clock.currentTimeMillis) - began) / 1000,
  }
})

/** One record after the other: of their texts only counts are kept. */
export const measureRows = Effect.fnUntraced(function* (rows: ArtifactRef, model: EmbeddingModel | undefined) {
  const english = yield* language
  const vectors = model === undefined ? undefined : yield* asStageFailure(embedder(model))
  const measured: Array<Measured> = []
  yield* Stream.runForEach(replayRows.stream(rows), (row) =>
    Effect.map(asStageFailure(measureRow(row, english, vectors)), (one) => void measured.push(one)),
  )
  return measured
})
