/** What the journal's writer is given, and how each entry is kept and booked. */
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

export const insert = (database: Database, session: number, entry: Entry) =>
  Effect.gen(function* () {
    switch (entry._tag) {
      case "Attempt":
        if (entry.again) yield* database.run(sentAgain, [entry.key, session])
        return yield* database.run("INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, 0)", [
          entry.attempt,
          entry.key,
          entry.account.id,
          entry.worstMicros,
          entry.at,
          session,
        ])
      case "Answer":
        yield* database.run(insertCall, [
          entry.key,
          entry.account.id,
          entry.promptTokens,
          entry.completionTokens,
          entry.micros,
          entry.latencyMs,
          entry.at,
          pack(entry.answer),
          pack(entry.request),
        ])
        return yield* settle(database, entry.attempt)
      case "Failure":
        yield* database.run(insertFailure, [
          entry.key,
          entry.account.id,
          entry.reason,
          entry.kind,
          entry.detail,
          entry.micros,
          entry.at,
        ])
        return yield* settle(database, entry.attempt)
      case "Shared":
        return yield* database.run(insertShared, [entry.account.id, entry.key])
      case "Flush":
        return
    }
  })

const settle = (database: Database, attempt: number | undefined) =>
  attempt === undefined ? Effect.void : database.run("DELETE FROM attempt WHERE id = ?", [attempt])

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
const sentAgain = "UPDATE attempt SET sent_again = sent_again + 1 WHERE key = ? AND session < ?"
const insertCall = `INSERT INTO call (key, account, prompt_tokens, completion_tokens, micros, latency_ms, at, answer, request)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING`
const insertShared = "INSERT OR IGNORE INTO shared SELECT ?, id FROM call WHERE key = ?"
const insertFailure =
  "INSERT INTO failure (key, account, reason, kind, detail, micros, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
