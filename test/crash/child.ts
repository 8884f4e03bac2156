/** Runs one stage of 40 shards on the engine database given, appending a line to LOG as each shard finishes. */
import { Effect, Layer, Schema } from "effect"
import { appendFileSync } from "node:fs"
import { StepLedger } from "../../src/journal/StepLedger.ts"
import { Driver, Estimate, Graph, Runner, Shard, Stage } from "../../src/index.ts"

const [engine, log] = process.argv.slice(2)
if (engine === undefined || log === undefined) throw new Error("usage: child.ts ENGINE_DB LOG")

const Sum = Schema.TaggedStruct("Sum", { total: Schema.Number })

const Add = Stage.make({
  name: "Add",
  version: 1,
  input: { count: Schema.Int },
  output: Sum,
  run: ({ count }) =>
    Shard.forEach(
      Array.from({ length: count }, (_, i) => i),
      { name: "add", key: String, size: 1, output: Schema.Number, concurrency: 2 },
      (i) =>
        Effect.delay(
          Effect.sync(() => (appendFileSync(log, `${i}\n`), i * i)),
          5,
        ),
    ).pipe(Effect.map((squares) => Sum.make({ total: squares.reduce((a, b) => a + b, 0) }))),
  estimate: ({ count }) => Estimate.free(count),
})

const outcomes = await Driver.run(Graph.make([Add({ count: 40 })]), { concurrency: 1, pollMillis: 5 }).pipe(
  Effect.provide(Layer.merge(Runner.layer(engine), StepLedger.layer(`${engine}.ledger`))),
  Effect.runPromise,
)
console.log(JSON.stringify([...outcomes.values()]))
