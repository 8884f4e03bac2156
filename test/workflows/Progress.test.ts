import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, TestClock } from "effect"
import { CallJournal, Estimate, StepLedger } from "../../src/index.ts"
import type { Plan, Totals } from "../../src/index.ts"
import { watch } from "../../workflows/Progress.ts"

const model = { provider: "openai", name: "m" } as const
const planned = (id: string, cell: string): Plan.PlannedStep => ({
  id,
  stage: "Ask",
  state: "to-run",
  cells: [cell],
  upstream: [],
  size: 1,
  demands: [
    {
      role: "assistant",
      model,
      calls: Estimate.exactly(100),
      promptTokens: Estimate.exactly(1000),
      completionTokens: Estimate.exactly(1000),
    },
  ],
})

const cell = (seed: string) => ({ key: `main/size=big,seed=${seed}`, grid: "main", labels: { size: "big", seed } })
const plan: Plan.Plan = {
  experiment: "ask",
  cells: [cell("1"), cell("2")],
  steps: [planned("Ask/v1-aa", "main/size=big,seed=1"), planned("Ask/v1-bb", "main/size=big,seed=2")],
  usage: [],
  paid: [],
}

const totals = (step: string, calls: number): Totals => ({
  step,
  role: "assistant",
  model: "m",
  kind: "chat",
  calls,
  hits: 0,
  promptTokens: 10 * calls,
  completionTokens: 10 * calls,
  micros: 1000 * calls,
  latencyMs: 0,
  failures: 0,
  failedMicros: 0,
})

describe("watching a run", () => {
  it.effect("learns the pace from what is done, and foretells the rest by it", () =>
    Effect.gen(function* () {
      // An earlier run was stopped after ten calls of the first step.
      let books = [totals("Ask/v1-aa", 10)]
      const journal = { totals: Effect.sync(() => books) }
      const ledger = { list: Effect.succeed([]) }
      // The watch asks nothing else of them.
      const home = Layer.merge(Layer.succeed(CallJournal, journal as never), Layer.succeed(StepLedger, ledger as never))
      const { sample, onStart, onOutcome } = yield* Effect.provide(watch(plan, 1), home)
      yield* onStart("Ask/v1-aa")
      yield* TestClock.adjust("90 seconds")
      books = [totals("Ask/v1-aa", 55)]
      const half = yield* sample
      assert.deepInclude(half, { done: 0, steps: 2, elapsedSeconds: 90, micros: 45_000 })
      const [running] = half.running
      assert.deepInclude(running, { label: "Ask 1", calls: 55, expectedCalls: 100, tokens: 900, micros: 45_000 })
      // Two seconds for each of 45 calls of this step and 100 of the next.
      assert.approximately(running?.secondsLeft ?? 0, 90, 5)
      assert.approximately(half.secondsLeft ?? 0, 290, 15)

      yield* TestClock.adjust("90 seconds")
      books = [totals("Ask/v1-aa", 100)]
      yield* onOutcome("Ask/v1-aa", { _tag: "Done", output: null })
      yield* onStart("Ask/v1-bb")
      const next = yield* sample
      assert.deepInclude(next, { done: 1, suspended: 0 })
      assert.approximately(next.secondsLeft ?? 0, 200, 25)
      yield* onOutcome("Ask/v1-bb", { _tag: "Suspended", failures: [] })
      assert.deepInclude(yield* sample, { done: 1, suspended: 1, running: [] })
    }),
  )
})
