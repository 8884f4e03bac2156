/** How the steps of an experiment stand, and what each has cost: the ledger and the journal's books, read together. */
import { Effect, Option } from "effect"
import * as ProcessLock from "../src/journal/ProcessLock.ts"
import { CallJournal, Home, StepLedger } from "../src/index.ts"
import type { Standing, Totals } from "../src/index.ts"
import type { RecordedStep } from "./RunRecord.ts"
import { standingsOf } from "./Study.ts"

/** `interrupted`: begun by a run that is gone. The next run goes on with it. */
export type StepRowState = Standing.Standing | "interrupted"

export interface StepRow {
  readonly id: string
  readonly stage: string
  readonly cells: ReadonlyArray<string>
  readonly state: StepRowState
  /** Of work, over all runs; null before the first is done. */
  readonly seconds: number | null
  readonly spent: Spent
  /** Why it is suspended and what to do; null in any other state. */
  readonly reason: string | null
  readonly advice: string | null
}

/** Micro-dollars, failed attempts included. `hits` are answers that needed no call. */
export interface Spent {
  readonly calls: number
  readonly hits: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly micros: number
}

export const stepRows = Effect.fn("stepRows")(function* (steps: ReadonlyArray<RecordedStep>) {
  const ledger = yield* StepLedger
  const journal = yield* CallJournal
  const { folder } = yield* Home.Home
  const running = Option.isSome(yield* ProcessLock.holderOf(folder))
  const standings = yield* standingsOf(steps)
  const entries = new Map((yield* ledger.list).map((entry) => [entry.id, entry]))
  const books = new Map<string, Array<Totals>>()
  for (const row of yield* journal.totals) books.set(row.step, [...(books.get(row.step) ?? []), row])
  return steps.map(({ id, stage, cells }): StepRow => {
    const standing = standings.get(id) ?? "to-run"
    const state = standing === "running" && !running ? "interrupted" : standing
    const entry = standing === "to-run" ? undefined : entries.get(id)
    const suspended = state === "suspended" ? entry : undefined
    return {
      id,
      stage,
      cells,
      state,
      seconds: entry?.seconds ?? null,
      spent: spentOn(books.get(id) ?? []),
      reason: suspended?.reason ?? null,
      advice: suspended?.advice ?? null,
    }
  })
})

export const spentOn = (rows: ReadonlyArray<Totals>): Spent => ({
  calls: rows.reduce((sum, { calls }) => sum + calls, 0),
  hits: rows.reduce((sum, { hits }) => sum + hits, 0),
  promptTokens: rows.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
  completionTokens: rows.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
  micros: rows.reduce((sum, { micros, failedMicros }) => sum + micros + failedMicros, 0),
})
