import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { findLost } from "../../src/durable/reopenLost.ts"
import { ArtifactStore, CallJournal, Home, Standing, StepLedger } from "../../src/index.ts"
import { makeStudy, planStudy } from "../../workflows/Study.ts"
import { answering } from "../journal/journalFixtures.ts"
import two from "./experiments/two.ts"

const root = mkdtempSync(join(tmpdir(), "understudy-planning-"))
afterAll(() => rmSync(root, { recursive: true }))

const study = makeStudy(two, new Map())
const [done, lost, stale, begun] = study.graph.nodes.map(({ id }) => id)
const price = { prompt: 1, completion: 1, asOf: "2026-01-01" }
const config = { endpoints: {}, models: { "judge-a": { price } }, trainer: { kind: "embedded" } } as const

const record = (
  id: string | undefined,
  state: "done" | "running",
  output: unknown,
  consumed = Standing.consumedHash([]),
) =>
  Effect.flatMap(StepLedger, (ledger) =>
    ledger.record({
      id: id ?? "",
      stage: "Draw",
      state,
      consumed,
      output: output === null ? null : JSON.stringify(output),
      reason: null,
      advice: null,
      seconds: 1,
    }),
  )

describe("planStudy", () => {
  it.live("counts what a run would send: nothing for what is done or answered, all of what is stale", () =>
    Effect.gen(function* () {
      const store = yield* ArtifactStore
      const kept = yield* store.put(Buffer.from("kept"))
      const gone = { ...kept, sha256: kept.sha256.replaceAll(/./g, "0") }
      yield* record(done, "done", { value: 1, file: kept })
      yield* record(lost, "done", { value: 1, file: gone })
      yield* record(stale, "done", { value: 1 }, Standing.consumedHash(["another"]))
      yield* record(begun, "running", null)
      const journal = yield* CallJournal
      for (const step of [stale, begun]) {
        for (const name of ["a", "b", "c"]) {
          yield* journal.call(answering(`${name} ${step}`, { step: step ?? "", role: "judge", model: "judge-a" }))
        }
      }
      const found = yield* findLost(study.graph.nodes.map(({ id }) => id))
      assert.deepEqual(
        found.map(({ id }) => id),
        [lost],
      )
      const plan = yield* planStudy(study, config, { lost: new Set([lost ?? ""]) })
      assert.deepEqual(
        plan.steps.map(({ state }) => state),
        ["done", "to-run", "to-run", "to-run"],
      )
      // Ten calls for the stale step, and the seven that are left of the begun one.
      const [usage] = plan.usage
      assert.deepEqual(usage?.calls, { low: 17, expected: 17, high: 17 })
      assert.deepEqual(usage?.money?.expected, 1.7 * 1100)
      assert.deepEqual([plan.paid[0]?.calls, plan.paid[0]?.micros], [6, 42])
      const only = yield* planStudy(study, config, { only: new Set([begun ?? ""]) })
      assert.strictEqual(only.usage[0]?.calls.expected, 7)
    }).pipe(Effect.provide(Home.Home.layer(join(root, "home"))), Effect.scoped),
  )
})
