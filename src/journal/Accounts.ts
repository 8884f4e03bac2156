/** The journal's books in memory: sums by step, role, model and kind, and for how long each model was busy. */
import type { CallIdentity } from "./CallKey.ts"
import type { Role } from "../domain/ModelSpec.ts"
import type { Row } from "./Database.ts"

/** Sums over the settled calls of one step, role, model and kind. Money in micro-dollars, time in milliseconds. */
export interface Totals {
  readonly step: string
  readonly role: Role
  readonly model: string
  readonly kind: CallIdentity["kind"]
  readonly calls: number
  /** Answers given from the journal, or joined while in flight. */
  readonly hits: number
  readonly promptTokens: number
  readonly completionTokens: number
  readonly micros: number
  /** Sum over calls; calls overlap. */
  readonly latencyMs: number
  readonly failures: number
  readonly failedMicros: number
}

export type AccountName = Pick<Totals, "step" | "role" | "model" | "kind">

export interface Account {
  readonly id: number
  totals: Totals
}

/** Wall-clock time during which at least one call was in flight. */
export interface Pace {
  readonly model: string
  readonly busyMs: number
}

export interface Accounts {
  readonly of: (name: AccountName) => Account
  readonly byId: (id: number) => Account | undefined
  readonly all: () => ReadonlyArray<Account>
  /** Counts an answer that needed no call. Kept with the next batch. */
  readonly hit: (account: Account) => void
  /** Accounts with hits that no batch has kept yet; the list is emptied. */
  readonly takeHit: () => ReadonlyArray<Account>
  readonly begin: (model: string) => void
  readonly end: (model: string) => void
  readonly pace: () => ReadonlyArray<Pace>
}

export const make = (rows: ReadonlyArray<Row>, paceRows: ReadonlyArray<Row>, now: () => number): Accounts => {
  const accounts = new Map<string, Account>()
  const ids = new Map<number, Account>()
  const dirty = new Set<Account>()
  const clocks = new Map<string, Clock>()
  let last = 0
  const add = (account: Account) => {
    accounts.set(nameOf(account.totals), account)
    ids.set(account.id, account)
    last = Math.max(last, account.id)
    return account
  }
  rows.forEach((row) => add({ id: Number(row["id"]), totals: decode(row) }))
  paceRows.forEach((row) => clocks.set(String(row["model"]), { busyMs: Number(row["busy_ms"]), running: 0, since: 0 }))
  const clock = (model: string): Clock => {
    const found = clocks.get(model) ?? { busyMs: 0, running: 0, since: 0 }
    clocks.set(model, found)
    return found
  }
  return {
    of: (name) => accounts.get(nameOf(name)) ?? add({ id: last + 1, totals: { ...empty, ...fields(name) } }),
    byId: (id) => ids.get(id),
    all: () => [...accounts.values()],
    hit: (account) => {
      account.totals = { ...account.totals, hits: account.totals.hits + 1 }
      dirty.add(account)
    },
    takeHit: () => {
      const taken = [...dirty]
      dirty.clear()
      return taken
    },
    begin: (model) => {
      const found = clock(model)
      if (found.running++ === 0) found.since = now()
    },
    end: (model) => {
      const found = clock(model)
      if (--found.running === 0) found.busyMs += now() - found.since
    },
    pace: () =>
      [...clocks].map(([model, { busyMs, running, since }]) => ({
        model,
        busyMs: busyMs + (running > 0 ? now() - since : 0),
      })),
  }
}

interface Clock {
  busyMs: number
  running: number
  since: number
}

const nameOf = ({ step, role, model, kind }: AccountName) => `${step}\n${role}\n${model}\n${kind}`
const fields = ({ step, role, model, kind }: AccountName): AccountName => ({ step, role, model, kind })

const empty = {
  calls: 0,
  hits: 0,
  promptTokens: 0,
  completionTokens: 0,
  micros: 0,
  latencyMs: 0,
  failures: 0,
  failedMicros: 0,
}

/** Written by this file's writer only; roles and kinds are those of the types. */
const decode = (row: Row): Totals => ({
  step: String(row["step"]),
  role: String(row["role"]) as Role,
  model: String(row["model"]),
  kind: String(row["kind"]) as CallIdentity["kind"],
  calls: Number(row["calls"]),
  hits: Number(row["hits"]),
  promptTokens: Number(row["prompt_tokens"]),
  completionTokens: Number(row["completion_tokens"]),
  micros: Number(row["micros"]),
  latencyMs: Number(row["latency_ms"]),
  failures: Number(row["failures"]),
  failedMicros: Number(row["failed_micros"]),
})
