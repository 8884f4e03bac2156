import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { StepLedger } from "../../src/journal/StepLedger.ts"
import { Driver, Graph, Runner, StageFailure } from "../../src/index.ts"
import { Assistant, Corpus, Gpu, Reader, Simulator, file, hashes } from "./fixtures.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-driver-"))
afterAll(() => rmSync(folder, { recursive: true }))

const simulator = Simulator({ corpus: Corpus({ file }), recipe: { rate: 0.1 } })
const graph = Graph.make(
  [1, 2].map((seed) => Assistant({ simulator, seed })),
  hashes,
)

interface Counts {
  reads: number
  trainings: number
}

/** Runs the graph on the engine database `name` in an engine of its own, as a new process would. */
const run = (name: string, counts: Counts, train: Effect.Effect<number, StageFailure>) => {
  const services = Layer.mergeAll(
    Layer.succeed(Reader, { read: Effect.sync(() => ((counts.reads += 1), 4)) }),
    Layer.succeed(Gpu, {
      train: Effect.zipRight(
        Effect.sync(() => void (counts.trainings += 1)),
        train,
      ) as never,
    }),
  )
  return Driver.run(graph, { concurrency: 4, pollMillis: 5 }).pipe(
    Effect.provide(
      Layer.mergeAll(
        Runner.layer(join(folder, `${name}.db`)),
        StepLedger.layer(join(folder, `${name}.ledger`)),
        services,
      ),
    ),
    Effect.map((outcomes) => [...outcomes.values()]),
    Effect.runPromise,
  )
}

const outage = StageFailure.make({ kind: "operator", reason: "No GPU.", advice: "Plug one in and retry." })

describe("Driver", () => {
  it("runs shared steps once and hands outputs downstream", async () => {
    const counts = { reads: 0, trainings: 0 }
    const outcomes = await run("once", counts, Effect.succeed(2))
    const reward = { _tag: "Done", output: { _tag: "Assistant", reward: -0.5 } } as const
    assert.deepEqual(outcomes.slice(2), [reward, reward])
    assert.deepEqual(counts, { reads: 1, trainings: 1 })
  })

  it("answers a second run from storage", async () => {
    const counts = { reads: 0, trainings: 0 }
    const first = await run("again", counts, Effect.succeed(2))
    const second = await run("again", counts, Effect.dieMessage("must not run"))
    assert.deepEqual(second, first)
    assert.deepEqual(counts, { reads: 1, trainings: 1 })
  })

  it("loses nothing with the engine's database", async () => {
    const counts = { reads: 0, trainings: 0 }
    const first = await run("cache", counts, Effect.succeed(2))
    for (const end of ["", "-wal", "-shm"]) rmSync(join(folder, `cache.db${end}`), { force: true })
    assert.deepEqual(await run("cache", counts, Effect.dieMessage("must not run")), first)
    assert.deepEqual(counts, { reads: 1, trainings: 1 })
  })

  it("suspends what failed, blocks what needs it, and continues only that", async () => {
    const counts = { reads: 0, trainings: 0 }
    const [corpus, failed, ...blocked] = await run("resume", counts, Effect.fail(outage))
    assert.strictEqual(corpus?._tag, "Done")
    const advice = failed?._tag === "Suspended" ? failed.failures.map((failure) => failure.advice) : []
    assert.deepEqual(advice, ["Plug one in and retry."])
    assert.isTrue(blocked.every((outcome) => outcome._tag === "Blocked" && outcome.by.length === 1))
    const outcomes = await run("resume", counts, Effect.succeed(2))
    assert.isTrue(outcomes.every((outcome) => outcome._tag === "Done"))
    assert.deepEqual(counts, { reads: 1, trainings: 2 })
  })
})
