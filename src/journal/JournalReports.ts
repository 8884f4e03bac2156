/** What the journal tells about itself: single calls, sums, failures, and what a crash left behind. */
import { Effect, Option } from "effect"
import type { ErrorKind } from "../domain/LlmError.ts"
import type { Usage } from "../domain/ModelSpec.ts"
import * as Accounts from "./Accounts.ts"
import type { AccountName } from "./Accounts.ts"
import type { CallJournal } from "./CallJournal.ts"
import type { Database, Row } from "./Database.ts"
import { exportTo } from "./JournalExport.ts"
import { packKey, unpack, unpackKey } from "./JournalFormat.ts"
import { journalError } from "./JournalWriter.ts"

/** One kept call with its bodies. `at` is when it was answered, in milliseconds since 1970. */
export interface JournaledCall extends AccountName {
  readonly key: string
  readonly usage: Usage
  readonly micros: number
  readonly latencyMs: number
  readonly at: number
  readonly request: unknown
  readonly answer: unknown
}

/** `reason` is the error's tag; `Interrupted` and `Defect` stand for requests that did not end by themselves. */
export interface FailureCount extends AccountName {
  readonly reason: string
  readonly errorKind: ErrorKind
  readonly count: number
  readonly micros: number
}

/** The last failure of a call that never succeeded. */
export interface FailedCall extends AccountName {
  readonly key: string
  readonly reason: string
  readonly errorKind: ErrorKind
  readonly detail: string
}

/** A request that had begun when its run was killed. It may have been billed: it counts at `worstMicros`. */
export interface LostAttempt extends AccountName {
  readonly key: string
  readonly worstMicros: number
  readonly at: number
  /** How often the call was sent again since. */
  readonly sentAgain: number
}

/** The books as they stand on the disk. */
export const load = (reading: Database, now: () => number) =>
  Effect.gen(function* () {
    const accounts = yield* reading.run("SELECT * FROM account")
    return Accounts.make(accounts, yield* reading.run("SELECT * FROM pace"), now)
  }).pipe(Effect.mapError((error) => journalError(reading.file, error)))

/** `session` is the one that is being written, whose calls in flight are not lost. */
export const make = (
  reading: Database,
  books: Accounts.Accounts,
  session?: number,
): Omit<typeof CallJournal.Service, "call"> => {
  const query = (statement: string, parameters: ReadonlyArray<unknown> = []) =>
    Effect.mapError(reading.run(statement, parameters), (error) => journalError(reading.file, error))
  return {
    find: (key) =>
      Effect.map(query(`${selectCall} WHERE key = ?`, [packKey(key)]), ([row]) =>
        Option.map(Option.fromNullable(row), decodeCall),
      ),
    keysLike: (prefix, limit) =>
      Effect.map(
        query("SELECT key FROM call WHERE key BETWEEN ? AND ? ORDER BY key LIMIT ?", [
          packKey(prefix.padEnd(64, "0")),
          packKey(prefix.padEnd(64, "f")),
          limit,
        ]),
        (rows) => rows.map((row) => unpackKey(row["key"])),
      ),
    keysOf: (step) => Effect.map(query(selectKeys, [step, step]), (rows) => rows.map((row) => unpackKey(row["key"]))),
    totals: Effect.sync(() => books.all().map((account) => account.totals)),
    pace: Effect.sync(books.pace),
    lastFailures: Effect.map(query(selectLastFailures), (rows) =>
      rows.map((row) => ({
        ...nameOf(row),
        key: unpackKey(row["key"]),
        reason: String(row["reason"]),
        errorKind: String(row["error_kind"]) as ErrorKind,
        detail: String(row["detail"]),
      })),
    ),
    failures: Effect.map(query(selectFailures), (rows) => rows.map(decodeFailure)),
    lost: Effect.map(query(selectLost, [session ?? Number.MAX_SAFE_INTEGER]), (rows) => rows.map(decodeLost)),
    exportTo: (file, steps) => exportTo(reading.file, file, steps),
  }
}

const selectCall = "SELECT call.*, step, role, model, kind FROM call JOIN account ON account.id = account"

const selectKeys = `SELECT key FROM call WHERE id IN (
    SELECT call.id FROM call JOIN account ON account.id = call.account WHERE step = ?
    UNION SELECT call FROM shared JOIN account ON account.id = shared.account WHERE step = ?
  ) ORDER BY id`

const selectFailures = `SELECT step, role, model, account.kind, reason, failure.kind AS error_kind, count(*) AS count,
    sum(failure.micros) AS micros
  FROM failure JOIN account ON account.id = account GROUP BY account, reason, failure.kind ORDER BY min(failure.id)`

const selectLastFailures = `SELECT step, role, model, account.kind, key, reason, failure.kind AS error_kind, detail
  FROM failure JOIN account ON account.id = account
  WHERE failure.id IN (SELECT max(id) FROM failure GROUP BY key)
    AND NOT EXISTS (SELECT 1 FROM call WHERE call.key = failure.key)
  ORDER BY failure.id`

const selectLost = `SELECT attempt.*, step, role, model, kind FROM attempt JOIN account ON account.id = account
  WHERE session < ? ORDER BY attempt.id`

/** Roles and kinds are those of the types: only the journal's writer writes them. */
const nameOf = (row: Row): AccountName => ({
  step: String(row["step"]),
  role: String(row["role"]) as AccountName["role"],
  model: String(row["model"]),
  kind: String(row["kind"]) as AccountName["kind"],
})

const decodeCall = (row: Row): JournaledCall => ({
  ...nameOf(row),
  key: unpackKey(row["key"]),
  usage: { promptTokens: Number(row["prompt_tokens"]), completionTokens: Number(row["completion_tokens"]) },
  micros: Number(row["micros"]),
  latencyMs: Number(row["latency_ms"]),
  at: Number(row["at"]),
  request: JSON.parse(unpack(row["request"])),
  answer: JSON.parse(unpack(row["answer"])),
})

const decodeFailure = (row: Row): FailureCount => ({
  ...nameOf(row),
  reason: String(row["reason"]),
  errorKind: String(row["error_kind"]) as ErrorKind,
  count: Number(row["count"]),
  micros: Number(row["micros"]),
})

const decodeLost = (row: Row): LostAttempt => ({
  ...nameOf(row),
  key: unpackKey(row["key"]),
  worstMicros: Number(row["worst_micros"]),
  at: Number(row["at"]),
  sentAgain: Number(row["sent_again"]),
})
