/**
 * Every model call ever paid for (contract 1). An answer is looked up first; equal calls in flight share one request;
 * a new answer is durable before its caller has it. Failures are kept apart and never answer a call.
 */
import { Context, Effect, Layer, Option, Schema } from "effect"
import { existsSync } from "node:fs"
import type { ErrorKind, JournalFailed, OfflineMiss, StorageFull } from "../domain/LlmError.ts"
import type { Role, Usage } from "../domain/ModelSpec.ts"
import type { Pace, Totals } from "./Accounts.ts"
import type { CallIdentity } from "./CallKey.ts"
import * as Database from "./Database.ts"
import type { DatabaseUnusable } from "./Database.ts"
import { journalFormat } from "./JournalFormat.ts"
import * as JournalCalls from "./JournalCalls.ts"
import * as JournalReports from "./JournalReports.ts"

export type { Pace, Totals } from "./Accounts.ts"
export type { FailedCall, FailureCount, JournaledCall, LostAttempt } from "./JournalReports.ts"

/** What a request came to. `micros` is its price in micro-dollars. */
export interface Sent<A> {
  readonly answer: A
  readonly usage: Usage
  readonly micros: number
}

/** What the journal asks of the error that a request fails with. No secrets in `message`: it is kept. */
export interface CallFailure {
  readonly _tag: string
  readonly kind: ErrorKind
  readonly message: string
}

export type JournalError = StorageFull | JournalFailed

/** Given to `send`, to say when a request goes out and how it failed. */
export interface Sending {
  /**
   * Called right before each request goes out, after waiting for permits and reserving money. Durable when it returns:
   * after a crash, a call that had begun is known to have been in flight.
   */
  readonly begin: Effect.Effect<void, JournalError>
  /** A request that failed and is tried again, or one that was billed and failed all the same. Free unless `micros`. */
  readonly failed: (error: CallFailure, micros?: number) => Effect.Effect<void, JournalError>
}

export interface Call<A, I, E, R> {
  /** Of `callKey`: equal keys mean equal answers. */
  readonly key: string
  readonly kind: CallIdentity["kind"]
  /** Id of the step that calls. */
  readonly step: string
  readonly role: Role
  /** The model's identity, as in the key. */
  readonly model: string
  /** The request as JSON can hold it, without secrets. Kept for reading, not for answering. */
  readonly request: unknown
  /** How the answer is kept. */
  readonly answer: Schema.Schema<A, I>
  /** The price at worst, which counts while the call's outcome is unknown. */
  readonly worstMicros?: number
  /** Nobody knows its price: `micros` of 0 then says nothing. */
  readonly unpriced?: boolean
  readonly send: (sending: Sending) => Effect.Effect<Sent<A>, E, R>
}

export interface Answer<A> extends Sent<A> {
  readonly key: string
  /** `journal`: paid for earlier. `joined`: an equal call was in flight. `sent`: by this call. */
  readonly source: "journal" | "joined" | "sent"
}

export class CallJournal extends Context.Tag("understudy/journal/CallJournal")<
  CallJournal,
  {
    /**
     * The request of equal calls runs in a fiber of its own, which is interrupted when the last of them is. Interrupted
     * requests count at `worstMicros`, as a failure.
     */
    readonly call: <A, I, E extends CallFailure, R>(
      call: Call<A, I, E, R>,
    ) => Effect.Effect<Answer<A>, E | OfflineMiss | JournalError, R>
    readonly find: (key: string) => Effect.Effect<Option.Option<JournalReports.JournaledCall>, JournalError>
    /** Keys that begin with these hex digits, in order, at most so many. */
    readonly keysLike: (prefix: string, limit: number) => Effect.Effect<ReadonlyArray<string>, JournalError>
    /** Keys of the answers that a step used, in the order of being paid for. */
    readonly keysOf: (step: string) => Effect.Effect<ReadonlyArray<string>, JournalError>
    readonly totals: Effect.Effect<ReadonlyArray<Totals>>
    readonly pace: Effect.Effect<ReadonlyArray<Pace>>
    readonly failures: Effect.Effect<ReadonlyArray<JournalReports.FailureCount>, JournalError>
    /** The calls that failed and never succeeded since. Reads all failures. */
    readonly lastFailures: Effect.Effect<ReadonlyArray<JournalReports.FailedCall>, JournalError>
    /** Requests that were in flight when an earlier run was killed, and whether they were sent again since. */
    readonly lost: Effect.Effect<ReadonlyArray<JournalReports.LostAttempt>, JournalError>
    /**
     * Writes the answers that the steps used (of all steps, where none are named) to one new file for `layerReader`;
     * equal journals give equal bytes. An existing file is replaced.
     */
    readonly exportTo: (file: string, steps?: ReadonlyArray<string>) => Effect.Effect<void, JournalError>
  }
>() {
  /** Opens or creates the journal; the caller holds the home's lock. `offline` sends nothing. */
  static readonly layer = (
    file: string,
    options: { readonly offline?: boolean } = {},
  ): Layer.Layer<CallJournal, DatabaseUnusable> => Layer.scoped(CallJournal, writer(file, options.offline ?? false))

  /** Opens a journal without writing to it: a miss is an `OfflineMiss`. A file that isn't there is an empty journal. */
  static readonly layerReader = (file: string): Layer.Layer<CallJournal, DatabaseUnusable> =>
    Layer.scoped(CallJournal, reader(file))
}

const writer = Effect.fnUntraced(function* (file: string, offline: boolean) {
  const database = yield* Database.openWriter(file, journalFormat)
  // A connection of its own sees nothing of a batch before it is durable.
  const reading = yield* Database.openReader(file, journalFormat)
  const clock = yield* Effect.clock
  const books = yield* Effect.mapError(
    JournalReports.load(reading, () => clock.unsafeCurrentTimeMillis()),
    unusable(file),
  )
  const { service, session } = yield* Effect.mapError(
    JournalCalls.make({ database, reading, books, offline }),
    unusable(file),
  )
  return CallJournal.of({ ...service, ...JournalReports.make(reading, books, session) })
})

const reader = Effect.fnUntraced(function* (file: string) {
  const reading = yield* existsSync(file)
    ? Database.openReader(file, journalFormat)
    : Database.openWriter(":memory:", journalFormat)
  const books = yield* Effect.mapError(
    JournalReports.load(reading, () => 0),
    unusable(file),
  )
  return CallJournal.of({ ...JournalCalls.offline(reading, books), ...JournalReports.make(reading, books) })
})

const unusable = (file: string) => (error: JournalError) =>
  Database.DatabaseUnusable.make({ file, detail: error.message })
