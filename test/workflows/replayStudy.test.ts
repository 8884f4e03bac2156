import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { ContextOverflow } from "../../src/domain/LlmError.ts"
import {
  ArtifactRef,
  ArtifactStore,
  CallJournal,
  Driver,
  Estimate,
  Experiment,
  Grid,
  Home,
  Runner,
  Shard,
  Stage,
  StageFailure,
  Step,
} from "../../src/index.ts"
import { replayLayer } from "../../workflows/replayServices.ts"
import { replayStudy } from "../../workflows/replayStudy.ts"
import { makeStudy } from "../../workflows/Study.ts"
import { keyOf, sent } from "../journal/journalFixtures.ts"

const root = mkdtempSync(join(tmpdir(), "understudy-replay-test-"))
afterAll(() => rmSync(root, { recursive: true }))

/** What the servers say now; a replay must not notice. */
let sending = { greeting: "hello", calls: 0 }

const ask = (name: string, step: string) =>
  Effect.flatMap(CallJournal, (journal) =>
    journal.call<string, string, ContextOverflow, never>({
      key: keyOf(name),
      kind: "chat",
      step,
      role: "assistant",
      model: "m@1",
      request: { name },
      answer: Schema.String,
      send: ({ begin }) =>
        Effect.gen(function* () {
          sending = { ...sending, calls: sending.calls + 1 }
          yield* Effect.orDie(begin)
          if (name === "long") return yield* ContextOverflow.make({ endpoint: "e", model: "m", detail: "too long" })
          return sent(sending.greeting)
        }),
    }),
  ).pipe(
    Effect.map(({ answer }) => answer),
    Effect.catchTag("ContextOverflow", ({ kind }) => Effect.succeed(`failed: ${kind}`)),
  )

const orFailure = Effect.mapError(({ message }: { readonly message: string }) =>
  StageFailure.make({ kind: "operator", reason: message, advice: "" }),
)

const Asked = Schema.TaggedStruct("Asked", {
  said: Schema.Array(Schema.String),
  text: ArtifactRef,
  seconds: Schema.Number,
})
const Ask = Stage.make({
  name: "Ask",
  version: 1,
  input: { names: Schema.Array(Schema.String) },
  output: Asked,
  run: ({ names }) =>
    Shard.once(
      "ask",
      Asked,
      Effect.gen(function* () {
        const step = yield* Shard.stepId
        const said = yield* Effect.forEach(names, (name) => ask(name, step))
        const store = yield* ArtifactStore
        const text = yield* store.put(Buffer.from(JSON.stringify({ said })))
        return Asked.make({ said, text, seconds: performance.now() })
      }).pipe(orFailure),
    ),
  estimate: () => Estimate.free(1),
})

const Counted = Schema.TaggedStruct("Counted", { bytes: Schema.Int })
const Count = Stage.make({
  name: "Count",
  version: 1,
  input: { asked: Step.of(Asked) },
  output: Counted,
  run: ({ asked }) =>
    Shard.once(
      "count",
      Counted,
      Effect.flatMap(ArtifactStore, (store) => store.get(asked.text)).pipe(
        Effect.map((bytes) => Counted.make({ bytes: bytes.length })),
        orFailure,
      ),
    ),
  estimate: () => Estimate.free(1),
})

const study = makeStudy(
  Experiment.make("asking", {
    grids: {
      main: Grid.make({
        axes: { names: { short: ["short"], mixed: ["short", "long"] } },
        experiment: ({ names }) => Count({ asked: Ask({ names }) }),
      }),
    },
  }),
  new Map(),
)

const config = { endpoints: {}, models: {}, trainer: { kind: "embedded" } } as const

const run = (home: string) =>
  Driver.run(study.graph, { concurrency: 2, pollMillis: 5 }).pipe(
    Effect.provide(Layer.merge(Home.Home.layer(home), Runner.layer(join(home, "engine.db")))),
    Effect.scoped,
  )

const replay = (home: string) =>
  replayStudy<CallJournal | ArtifactStore>(study, () => Effect.void).pipe(
    Effect.provide(replayLayer(config, "asking")),
    Effect.provide(Home.Home.layerReader(home)),
    Effect.scoped,
  )

describe("replayStudy", () => {
  it.live("gives every answer from the journal, failures that were answers included, and heeds no time", () =>
    Effect.gen(function* () {
      const home = join(root, "home")
      yield* run(home)
      const calls = sending.calls
      sending = { ...sending, greeting: "something else" }
      const steps = yield* replay(home)
      assert.deepEqual(
        steps.map(({ state, reason }) => [state, reason]),
        Array.from({ length: 4 }, () => ["reproduced", null]),
      )
      assert.strictEqual(sending.calls, calls)
    }),
  )

  it.live("opens the artifacts that differ, and tells what the journal lacks", () =>
    Effect.gen(function* () {
      const home = join(root, "other")
      sending = { ...sending, greeting: "hello" }
      yield* run(home)
      // The same home with the journal of a run that was answered otherwise.
      const otherwise = join(root, "otherwise")
      sending = { ...sending, greeting: "good day" }
      yield* run(otherwise)
      const paths = [Home.paths(home), Home.paths(otherwise)] as const
      yield* Effect.sync(() => rmSync(paths[0].journal))
      const without = yield* replay(home)
      assert.deepEqual(
        without.map(({ state }) => state),
        ["failed", "reproduced", "failed", "reproduced"],
      )
      assert.match(without[0]?.reason ?? "", /Offline: the journal holds no answer/)
      yield* Effect.promise(() =>
        import("node:fs/promises").then((fs) => fs.copyFile(paths[1].journal, paths[0].journal)),
      )
      const [first] = yield* replay(home)
      assert.deepEqual(first?.state, "differs")
      assert.deepEqual(first?.differences, [
        { path: "said[0]", before: "hello", after: "good day" },
        { path: "text.said[0]", before: "hello", after: "good day" },
      ])
    }),
  )
})
