/**
 * The only way for a stage's body to do I/O. A shard's result is durable: a resumed step does not run it again.
 * Results are small records and artifact references, never transcripts. Bodies between shards are deterministic.
 * Failures never reach the body: an operator or transient failure suspends the step, and resuming reruns only the
 * shards that failed.
 */
import { Context, Effect, Schema } from "effect"
import { contentHash } from "../domain/CanonicalJson.ts"
import { InvalidExperiment } from "./StageErrors.ts"
import type { StageFailure } from "./StageFailure.ts"

export class Shard extends Context.Tag("understudy/durable/Shard")<
  Shard,
  {
    /** Of the step that runs. */
    readonly id: string
    readonly run: <A, I, R>(
      name: string,
      output: Schema.Schema<A, I>,
      effect: Effect.Effect<A, StageFailure, R>,
    ) => Effect.Effect<A, never, R>
  }
>() {}

/** The id of the step that runs: the caller of its model calls. */
export const stepId = Effect.map(Shard, ({ id }) => id)

/** Runs `effect` once under `name`, which is unique in its step. */
export const once = <A, I, R>(name: string, output: Schema.Schema<A, I>, effect: Effect.Effect<A, StageFailure, R>) =>
  Effect.flatMap(Shard, (shard) => shard.run(name, output, effect))

/**
 * Runs `work` over items in shards of `size` (50 to 500 calls, at most about 10 minutes each), `concurrency` shards
 * at once; results come in the items' order. `key` names an item by its content, so that reordering reruns nothing.
 */
export const forEach = <T, A, I, R>(
  items: ReadonlyArray<T>,
  options: {
    readonly name: string
    readonly key: (item: T) => string
    readonly size: number
    readonly output: Schema.Schema<A, I>
    readonly concurrency?: number
  },
  work: (item: T) => Effect.Effect<A, StageFailure, R>,
): Effect.Effect<ReadonlyArray<A>, never, R | Shard> => {
  const keys = items.map(options.key)
  const repeated = keys.find((key, i) => keys.indexOf(key) !== i)
  if (repeated !== undefined) {
    return Effect.die(new InvalidExperiment({ where: options.name, detail: `two items have the key ${repeated}` }))
  }
  const starts = items.flatMap((_, i) => (i % options.size === 0 ? [i] : []))
  const results = Effect.forEach(
    starts,
    (start) => {
      const batch = items.slice(start, start + options.size)
      const name = `${options.name}/${shardKey(keys.slice(start, start + options.size))}`
      return once(name, Schema.Array(options.output), Effect.forEach(batch, work, { concurrency: "unbounded" }))
    },
    { concurrency: options.concurrency ?? 4 },
  )
  return Effect.map(results, (shards) => shards.flat())
}

const shardKey = (keys: ReadonlyArray<string>) => contentHash(keys).slice(0, 16)
