/** Two stages of one name, as before and after an edit that renames a shard, and one of another name. */
import { Context, Effect, Schema } from "effect"
import { Estimate, Shard, Stage } from "../../src/index.ts"

/** What the shard `first` does. */
export class First extends Context.Reference<First>()("test/First", {
  defaultValue: (): Effect.Effect<number> => Effect.succeed(1),
}) {}

const Output = Schema.TaggedStruct("Sum", { value: Schema.Number })

const stage = (name: string, shards: ReadonlyArray<string>) =>
  Stage.make({
    name,
    version: 1,
    input: {},
    output: Output,
    run: () =>
      Effect.forEach(shards, (shard) =>
        Shard.once(shard, Schema.Number, shard === "first" ? Effect.flatten(First) : Effect.succeed(1)),
      ).pipe(Effect.map((values) => Output.make({ value: values.reduce((a, b) => a + b, 0) }))),
    estimate: () => Estimate.free(1),
  })

export const Two = stage("Two", ["zeroth", "first"])
export const Renamed = stage("Two", ["zeroth", "renamed"])
export const Other = stage("Other", ["zeroth"])
