/**
 * Any number of items in bounded memory: they are put into batches once, each batch is worked on in a shard of its own,
 * and the rows are joined file by file. What became of them is counted batch by batch.
 */
import { Chunk, Clock, Effect, Schema, Stream } from "effect"
import { ArtifactRef } from "../../src/domain/Artifact.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import type { ArtifactStore, StageFailure } from "../../src/index.ts"
import { Shard } from "../../src/index.ts"
import { lines } from "./conversations.ts"
import { asStageFailure } from "./failures.ts"

export interface Batches<Item, ItemI, Row, RowI, Counts, CountsI, R, R2> {
  readonly items: Stream.Stream<Item, StageFailure, ArtifactStore>
  readonly item: Schema.Schema<Item, ItemI>
  readonly row: Schema.Schema<Row, RowI>
  /** Items in one shard. */
  readonly size: number
  /** Made once a batch, then asked for every item of it. */
  readonly work: Effect.Effect<(item: Item) => Effect.Effect<Row, LlmError, R>, StageFailure, R2>
  /** Small: what the results of the step are summed from. */
  readonly counts: Schema.Schema<Counts, CountsI>
  readonly count: (rows: ReadonlyArray<Row>) => Counts
  /** Fails where too much went wrong: in the first batch, which tells whether to go on, and in all of them. */
  readonly refuse: (counts: ReadonlyArray<Counts>, isTrial: boolean) => Effect.Effect<void, StageFailure>
}

/** The rows in the items' order as one artifact, the counts of each batch, and the seconds that work took in all. */
export const inBatches = Effect.fnUntraced(function* <Item, ItemI, Row, RowI, Counts, CountsI, R, R2>(
  options: Batches<Item, ItemI, Row, RowI, Counts, CountsI, R, R2>,
) {
  const [items, rows] = [lines(options.item), lines(options.row)]
  const Batch = Schema.Struct({ rows: ArtifactRef, counts: options.counts, seconds: Schema.Number })
  const split = options.items.pipe(
    Stream.grouped(options.size),
    Stream.mapEffect((batch) => items.write(Chunk.toReadonlyArray(batch))),
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray),
  )
  const batches = yield* Shard.once("batches", Schema.Array(ArtifactRef), split)
  const done = yield* Effect.forEach(
    batches,
    (batch, index) =>
      Shard.once(
        `batches/${index}`,
        Batch,
        Effect.gen(function* () {
          const work = yield* options.work
          const began = yield* Clock.currentTimeMillis
          const worked = yield* Effect.forEach(yield* items.read(batch), work, { concurrency: "unbounded" }).pipe(
            asStageFailure,
          )
          const counts = options.count(worked)
          if (index === 0) yield* options.refuse([counts], true)
          const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
          return { rows: yield* rows.write(worked), counts, seconds }
        }),
      ),
    { concurrency: 4 },
  )
  const counts = done.map((batch) => batch.counts)
  const joined = yield* Shard.once(
    "join",
    ArtifactRef,
    Effect.zipRight(options.refuse(counts, false), rows.join(done.map((batch) => batch.rows))),
  )
  return { rows: joined, counts, seconds: done.reduce((sum, { seconds }) => sum + seconds, 0) }
})
