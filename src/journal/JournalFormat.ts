/** The journal's tables. `account` is one line of the books: its sums are kept with every batch, never scanned for. */
import { deflateSync, inflateSync } from "node:zlib"
import type { Format } from "./Database.ts"

export const journalFormat: Format = {
  version: 1,
  without:
    "What is done stays done, but calls that are needed again are paid again: see first whether `sqlite3 FILE .recover` saves them.",
  tables: [
    `CREATE TABLE IF NOT EXISTS account (
      id INTEGER PRIMARY KEY, step TEXT NOT NULL, role TEXT NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL,
      calls INTEGER NOT NULL, hits INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
      micros INTEGER NOT NULL, latency_ms REAL NOT NULL, failures INTEGER NOT NULL, failed_micros INTEGER NOT NULL,
      UNIQUE (step, role, model, kind)
    ) STRICT`,
    // The answer stands before the request: a hit never reads the pages of the request.
    `CREATE TABLE IF NOT EXISTS call (
      id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, account INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL,
      completion_tokens INTEGER NOT NULL, micros INTEGER NOT NULL, latency_ms REAL NOT NULL, at INTEGER NOT NULL,
      answer ANY NOT NULL, request ANY NOT NULL
    ) STRICT`,
    `CREATE INDEX IF NOT EXISTS call_account ON call (account)`,
    // Answers that a second step used, so that an export of that step is whole.
    `CREATE TABLE IF NOT EXISTS shared (
      account INTEGER NOT NULL, call INTEGER NOT NULL, PRIMARY KEY (account, call)
    ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE IF NOT EXISTS failure (
      id INTEGER PRIMARY KEY, key BLOB NOT NULL, account INTEGER NOT NULL, reason TEXT NOT NULL, kind TEXT NOT NULL,
      detail TEXT NOT NULL, micros INTEGER NOT NULL, at INTEGER NOT NULL
    ) STRICT`,
    // Requests sent and not settled: what is left of an earlier session was in flight when it was killed.
    `CREATE TABLE IF NOT EXISTS attempt (
      id INTEGER PRIMARY KEY, key BLOB NOT NULL, account INTEGER NOT NULL, worst_micros INTEGER NOT NULL,
      at INTEGER NOT NULL, session INTEGER NOT NULL, sent_again INTEGER NOT NULL DEFAULT 0
    ) STRICT`,
    `CREATE TABLE IF NOT EXISTS pace (model TEXT PRIMARY KEY, busy_ms REAL NOT NULL) STRICT`,
    `CREATE TABLE IF NOT EXISTS session (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT`,
  ],
}

/** A body as stored: short ones as text, longer ones deflated. */
export type Body = string | Uint8Array

export const pack = (json: string): Body => (json.length <= deflateAbove ? json : deflateSync(json, { level: 3 }))

export const unpack = (body: unknown): string =>
  body instanceof Uint8Array ? inflateSync(body).toString("utf8") : String(body)

const deflateAbove = 1024

/** Keys are lower-case hex SHA-256, stored in 32 bytes. Throws on anything else: distinct keys must stay distinct. */
export const packKey = (key: string): Uint8Array => {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new Error(`${key} is no call key: 64 lower-case hex digits are needed`)
  return Buffer.from(key, "hex")
}

export const unpackKey = (key: unknown): string => (key instanceof Uint8Array ? Buffer.from(key).toString("hex") : "")
