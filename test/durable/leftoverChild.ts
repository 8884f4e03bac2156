/** Runs `Two` on the engine database and ledger given, says when its shard `first` has begun, and waits to be killed. */
import { Effect, Layer } from "effect"
import { Driver, Graph, Runner, StepLedger } from "../../src/index.ts"
import { First, Two } from "./leftoverStages.ts"

const [database = "", ledger = ""] = process.argv.slice(2)

await Driver.run(Graph.make([Two({})]), { concurrency: 1, pollMillis: 5 }).pipe(
  Effect.provideService(
    First,
    Effect.zipRight(
      Effect.sync(() => console.log("begun")),
      Effect.never,
    ),
  ),
  Effect.provide(Layer.merge(Runner.layer(database), StepLedger.layer(ledger))),
  Effect.runPromise,
)
