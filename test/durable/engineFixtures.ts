/** Runs graphs on an engine and a ledger of their own, as a new process would. */
import { Effect, Layer, Option } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { Driver, Graph, Runner, StepLedger } from "../../src/index.ts"
import type { Step } from "../../src/index.ts"

export const tempFolder = (name: string) => {
  const folder = mkdtempSync(join(tmpdir(), `understudy-${name}-`))
  afterAll(() => rmSync(folder, { recursive: true }))
  return folder
}

/** The engine database and ledger `name` in `folder`. */
export const makeEngine = (folder: string, name: string) => {
  const database = join(folder, `${name}.db`)
  const ledgerFile = join(folder, `${name}.ledger`)
  const said: Array<string> = []
  const say = (line: string) => Effect.sync(() => void said.push(line))
  const withLedger = <A, E>(work: Effect.Effect<A, E, StepLedger>) =>
    Effect.runPromise(Effect.provide(work, StepLedger.layer(ledgerFile)))
  return {
    database,
    ledgerFile,
    said,
    /** Outcomes by stage name. */
    run: (
      roots: ReadonlyArray<Step.AnyStep>,
      { until, ...options }: Partial<Driver.DriverOptions> & { readonly until?: Promise<void> } = {},
    ) =>
      Driver.run(Graph.make(roots), { concurrency: 4, pollMillis: 5, ...options }).pipe(
        // Ctrl-C, at that moment.
        Effect.raceFirst(
          until === undefined
            ? Effect.never
            : Effect.zipRight(
                Effect.promise(() => until),
                Effect.interrupt,
              ),
        ),
        Effect.map((outcomes) => Object.fromEntries([...outcomes].map(([id, outcome]) => [stageOf(id), outcome]))),
        Effect.provide(Layer.merge(Runner.layer(database, say), StepLedger.layer(ledgerFile))),
        Effect.runPromise,
      ),
    withLedger,
    /** The ledger's row of a step, and changes to it. */
    entry: (id: string) =>
      withLedger(Effect.flatMap(StepLedger, ({ find }) => Effect.map(find(id), Option.getOrThrow))),
    change: (id: string, change: Partial<typeof LedgerRow>) =>
      withLedger(
        Effect.gen(function* () {
          const ledger = yield* StepLedger
          yield* ledger.record({ ...Option.getOrThrow(yield* ledger.find(id)), ...change })
        }),
      ),
  }
}

declare const LedgerRow: Option.Option.Value<Effect.Effect.Success<ReturnType<(typeof StepLedger.Service)["find"]>>>

export const idOf = (step: Step.AnyStep) => Graph.make([step]).nodes.at(-1)?.id ?? ""

const stageOf = (id: string) => id.split("/")[0] ?? id
