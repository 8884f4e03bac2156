/** What the journal's writer is given, and how each entry is kept and booked. */
import type { SqlError } from "@effect/sql/SqlError"
import { Effect } from "effect"
import type { ErrorKind } from "../domain/LlmError.ts"
import type { Account, Totals } from "./Accounts.ts"
import type { Database } from "./Database.ts"
import { pack } from "./JournalFormat.ts"

/** Times are milliseconds since 1970, money is in micro-dollars, bodies are JSON. */
export type Entry =
  | {
      readonly _tag: "Attempt"
      readonly attempt: number
      readonly account: Account
      readonly key: Uint8Array
      readonly worstMicros: number
      readonly at: number
      readonly again: boolean
    }
  | {
      readonly _tag: "Answer"
      readonly attempt: number | undefined
      readonly account: Account
      readonly key: Uint8Array
      readonly promptTokens: number
      readonly completionTokens: number
      readonly micros: number
      readonly latencyMs: number
      readonly at: number
      readonly answer: string
      readonly request: string
    }
  | {
      readonly _tag: "Failure"
      readonly attempt: number | undefined
      readonly account: Account
      readonly key: Uint8Array
      readonly reason: string
      readonly kind: ErrorKind
      readonly detail: string
      readonly micros: number
      readonly at: number
    }
  | { readonly _tag: "Shared"; readonly account: Account; readonly key: Uint8Array }
  | { readonly _tag: "Flush" }

export const insert = ({ run }: Database, session: number, entry: Entry): Effect.Effect<unknown, SqlError> => {
  switch (entry._tag) {
    case "Attempt": {
      const { attempt, account, key, worstMicros, at, again } = entry
      const begun = run(insertAttempt, [attempt, key, account.id, worstMicros, at, session])
      return again ? Effect.zipRight(run(sentAgain, [key, session]), begun) : begun
    }
    case "Answer": {
      const { account, key, promptTokens, completionTokens, micros, latencyMs, at } = entry
      const sums = [account.id, promptTokens, completionTokens, micros, latencyMs, at]
      const kept = run(insertCall, [key, ...sums, pack(entry.answer), pack(entry.request)])
      return Effect.zipRight(kept, settle(run, entry.attempt))
    }
    case "Failure": {
      const { account, key, reason, kind, detail, micros, at } = entry
      const kept = run(insertFailure, [key, account.id, reason, kind, detail, micros, at])
      return Effect.zipRight(kept, settle(run, entry.attempt))
    }
    case "Shared":
      return run(insertShared, [entry.account.id, entry.key])
    case "Flush":
      return Effect.void
  }
}

const settle = (run: Database["run"], attempt: number | undefined): Effect.Effect<unknown, SqlError> =>
  attempt === undefined ? Effect.void : run("DELETE FROM attempt WHERE id = ?", [attempt])

/** What a batch adds to each account that it touches. */
export const changesOf = (entries: ReadonlyArray<Entry>): ReadonlyMap<Account, Change> => {
  const changes = new Map<Account, Change>()
  const add = (account: Account, change: Change) => changes.set(account, sum(changes.get(account) ?? none, change))
  for (const entry of entries) {
    if (entry._tag === "Answer") {
      const { promptTokens, completionTokens, micros, latencyMs } = entry
      add(entry.account, { ...none, calls: 1, promptTokens, completionTokens, micros, latencyMs })
    } else if (entry._tag === "Failure") {
      add(entry.account, { ...none, failures: 1, failedMicros: entry.micros })
    } else if (entry._tag !== "Flush") add(entry.account, none)
  }
  return changes
}

const none: Change = {
  calls: 0,
  promptTokens: 0,
  completionTokens: 0,
  micros: 0,
  latencyMs: 0,
  failures: 0,
  failedMicros: 0,
}

const sum = (a: Change, b: Change): Change => ({
  calls: a.calls + b.calls,
  promptTokens: a.promptTokens + b.promptTokens,
  completionTokens: a.completionTokens + b.completionTokens,
  micros: a.micros + b.micros,
  latencyMs: a.latencyMs + b.latencyMs,
  failures: a.failures + b.failures,
  failedMicros: a.failedMicros + b.failedMicros,
})

export const plus = (totals: Totals, change: Change): Totals => ({ ...totals, ...sum(totals, change) })

export const keepAccount = (database: Database, { id, totals }: Account, change: Change = none) => {
  const { step, role, model, kind, ...next } = plus(totals, change)
  const tokens = [next.promptTokens, next.completionTokens]
  return database.run(
    upsertAccount,
    [id, step, role, model, kind, next.calls, next.hits].concat(
      tokens,
      next.micros,
      next.latencyMs,
      next.failures,
      next.failedMicros,
    ),
  )
}

type Change = Pick<
  Totals,
  "calls" | "promptTokens" | "completionTokens" | "micros" | "latencyMs" | "failures" | "failedMicros"
>

const upsertAccount = `INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET calls = excluded.calls, hits = excluded.hits, prompt_tokens = excluded.prompt_tokens,
    completion_tokens = excluded.completion_tokens, micros = excluded.micros, latency_ms = excluded.latency_ms,
    failures = excluded.failures, failed_micros = excluded.failed_micros`
const insertAttempt = "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, 0)"
const sentAgain = "UPDATE attempt SET sent_again = sent_again + 1 WHERE key = ? AND session < ?"
const insertCall = `INSERT INTO call (key, account, prompt_tokens, completion_tokens, micros, latency_ms, at, answer, request)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`
const insertShared = "INSERT OR IGNORE INTO shared SELECT ?, id FROM call WHERE key = ?"
const insertFailure =
  "INSERT INTO failure (key, account, reason, kind, detail, micros, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
