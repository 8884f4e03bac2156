/** What a home holds at one moment, such as right after a kill. Reads a copy, so the home stays untouched. */
import { Effect, Layer } from "effect"
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CallJournal, Home, StepLedger } from "../../src/index.ts"
import type { JournaledCall, LostAttempt } from "../../src/index.ts"

export interface HomeView {
  /** Committed calls, by key. */
  readonly calls: ReadonlyMap<string, JournaledCall>
  /** Attempts without an outcome whose run is over. */
  readonly lost: ReadonlyArray<LostAttempt>
  readonly steps: ReadonlyArray<{ readonly id: string; readonly stage: string; readonly state: string }>
  /** Outputs of the steps that are done, by id. */
  readonly outputs: ReadonlyMap<string, unknown>
}

export const viewHome = Effect.fn("viewHome")(function* (home: string) {
  const copy = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-view-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true })),
  )
  const [from, to] = [Home.paths(home), Home.paths(copy)]
  for (const name of ["journal", "ledger"] as const)
    for (const end of ["", "-wal"])
      if (existsSync(`${from[name]}${end}`)) copyFileSync(`${from[name]}${end}`, `${to[name]}${end}`)
  // Writers also see what a killed one left beside the file; they change nothing but the copy.
  return yield* Effect.provide(view, Layer.merge(CallJournal.layer(to.journal), StepLedger.layer(to.ledger)))
}, Effect.scoped)

const view = Effect.gen(function* () {
  const journal = yield* CallJournal
  const ledger = yield* StepLedger
  const keys = yield* Effect.forEach(new Set((yield* journal.totals).map(({ step }) => step)), journal.keysOf)
  const calls = yield* Effect.forEach(new Set(keys.flat()), (key) => Effect.flatten(journal.find(key)))
  const steps = yield* ledger.list
  const home: HomeView = {
    calls: new Map(calls.map((call) => [call.key, call])),
    lost: yield* journal.lost,
    steps: steps.map(({ id, stage, state }) => ({ id, stage, state })),
    outputs: new Map(
      steps.flatMap(({ id, output, state }) => (state === "done" ? [[id, JSON.parse(output ?? "null")] as const] : [])),
    ),
  }
  return home
})
