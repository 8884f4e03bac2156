/** How the journal answers a call: from what is kept, by joining an equal call in flight, or by sending. */
import { Cause, Deferred, Effect, Either, Exit, Fiber, FiberId, Schema } from "effect"
import { JournalFailed, OfflineMiss } from "../domain/LlmError.ts"
import type { Usage } from "../domain/ModelSpec.ts"
import type { Accounts } from "./Accounts.ts"
import { CallMeter } from "./CallMeter.ts"
import type { Answer, Call, CallFailure, CallJournal, JournalError, Sending, Sent } from "./CallJournal.ts"
import type { Database } from "./Database.ts"
import { packKey, unpack, unpackKey } from "./JournalFormat.ts"
import { journalError, make as makeWriter } from "./JournalWriter.ts"
import type { Writer } from "./JournalWriter.ts"

type Service = Pick<typeof CallJournal.Service, "call">

/** Of a journal that is open for writing. */
export const make = Effect.fnUntraced(function* (options: {
  readonly database: Database
  readonly reading: Database
  readonly books: Accounts
  readonly offline: boolean
}) {
  const { database, reading, books } = options
  const clock = yield* Effect.clock
  const scope = yield* Effect.scope
  const { session, lost, lastAttempt } = yield* openSession(database, clock.unsafeCurrentTimeMillis())
  const writer = yield* makeWriter(database, books, session)
  const inFlight = new Map<string, Shared<never>>()
  const attempts = { last: lastAttempt }
  const look = lookUp(reading)

  const call = <A, I, E extends CallFailure, R>(
    request: Call<A, I, E, R>,
  ): Effect.Effect<Answer<A>, E | OfflineMiss | JournalError, R> =>
    Effect.suspend(() => {
      const running = runningOf<E>(inFlight, request.key)
      if (running !== undefined) return join(running, request)
      const commits = writer.commits()
      return Effect.flatMap(look(request.key), (row) => {
        if (row !== undefined) return hit(books, writer, request, row, "journal", reading.file)
        // Another fiber may have begun, or even ended, this very call since.
        if (inFlight.has(request.key) || commits !== writer.commits()) return call(request)
        return options.offline ? miss(request) : start(request)
      })
    })

  const join = <A, I, E extends CallFailure, R>(running: Shared<E>, request: Call<A, I, E, R>) =>
    running.abandoned
      ? Effect.flatMap(Effect.exit(Deferred.await(running.result)), () => call(request))
      : Effect.flatMap(wait(running), (row) => hit(books, writer, request, row, "joined", reading.file))

  const start = <A, I, E extends CallFailure, R>(request: Call<A, I, E, R>) =>
    Effect.uninterruptibleMask((restore) => {
      const shared: Shared<E> = {
        result: Deferred.unsafeMake(FiberId.none),
        fiber: undefined,
        waiters: 0,
        abandoned: false,
      }
      // `runningOf` gives it back at the type it has here.
      inFlight.set(request.key, shared as unknown as Shared<never>)
      return send(request).pipe(
        Effect.exit,
        Effect.flatMap((exit) => {
          inFlight.delete(request.key)
          return Deferred.done(shared.result, exit)
        }),
        Effect.forkIn(scope),
        Effect.flatMap((fiber) => {
          shared.fiber = fiber
          return restore(wait(shared))
        }),
        Effect.flatMap((row) => answerOf(request, row, "sent", reading.file)),
      )
    })

  /** Runs uninterruptibly but for the request itself: what came back is kept. */
  const send = <A, I, E extends CallFailure, R>(request: Call<A, I, E, R>): Effect.Effect<Row, E | JournalError, R> =>
    Effect.suspend(() => {
      const key = packKey(request.key)
      const account = books.of(request)
      const now = () => clock.unsafeCurrentTimeMillis()
      let open: { readonly attempt: number; readonly at: number } | undefined
      const end = () => {
        if (open !== undefined) books.end(request.model)
        open = undefined
      }
      const begin = Effect.suspend(() => {
        const [attempt, at, worstMicros] = [++attempts.last, now(), request.worstMicros ?? 0]
        const entry = { _tag: "Attempt", attempt, account, key, worstMicros, at, again: lost.has(request.key) } as const
        return Effect.map(writer.write(entry), () => {
          end()
          open = { attempt, at: now() }
          books.begin(request.model)
        })
      }).pipe(Effect.uninterruptible)
      const fail = (reason: string, kind: CallFailure["kind"], detail: string, micros: number) =>
        writer
          .write({ _tag: "Failure", attempt: open?.attempt, account, key, reason, kind, detail, micros, at: now() })
          .pipe(Effect.ensuring(Effect.sync(end)))
      const sending: Sending = {
        begin,
        failed: (error, micros = 0) => Effect.uninterruptible(fail(error._tag, error.kind, error.message, micros)),
      }
      const keep = (sent: Sent<A>) =>
        Effect.suspend(() => {
          const answer = JSON.stringify(Schema.encodeSync(request.answer)(sent.answer))
          const body = JSON.stringify(request.request)
          const [at, { usage, micros }] = [now(), sent]
          const latencyMs = open === undefined ? 0 : at - open.at
          const entry = {
            _tag: "Answer",
            attempt: open?.attempt,
            account,
            key,
            ...usage,
            micros,
            latencyMs,
            at,
          } as const
          return Effect.as(writer.write({ ...entry, answer, request: body }), {
            account: account.id,
            usage,
            micros,
            answer,
          })
        }).pipe(Effect.ensuring(Effect.sync(end)))
      return Effect.flatMap(
        Effect.exit(Effect.interruptible(request.send(sending))),
        (exit): Effect.Effect<Row, E | JournalError> => {
          if (Exit.isSuccess(exit)) return keep(exit.value)
          const failure: Effect.Effect<never, E> = Effect.failCause(exit.cause)
          if (open === undefined) return failure
          const { reason, kind, detail, unknown } = describe(exit.cause)
          return Effect.zipRight(
            Effect.ignore(fail(reason, kind, detail, unknown ? (request.worstMicros ?? 0) : 0)),
            failure,
          )
        },
      )
    })

  const service: Service = { call }
  return { service, session }
})

/** Of a journal that is open for reading only. */
export const offline = (reading: Database, books: Accounts): Service => ({
  call: <A, I, E, R>(request: Call<A, I, E, R>) =>
    Effect.flatMap(lookUp(reading)(request.key), (row): Effect.Effect<Answer<A>, OfflineMiss | JournalError> =>
      row === undefined ? miss(request) : hit(books, undefined, request, row, "journal", reading.file),
    ),
})

/** One request that equal calls wait for. */
interface Shared<E> {
  readonly result: Deferred.Deferred<Row, E | JournalError>
  fiber: Fiber.RuntimeFiber<unknown> | undefined
  waiters: number
  /** Its last waiter left: it is being interrupted, or is keeping its answer. */
  abandoned: boolean
}

/** An answer as it is kept. */
interface Row {
  readonly account: number
  readonly usage: Usage
  readonly micros: number
  readonly answer: string
}

/** Equal keys are equal requests to the same kind of endpoint: they fail with the same errors. */
const runningOf = <E>(inFlight: ReadonlyMap<string, Shared<never>>, key: string) =>
  inFlight.get(key) as unknown as Shared<E> | undefined

const wait = <E>(shared: Shared<E>): Effect.Effect<Row, E | JournalError> =>
  Effect.suspend(() => {
    shared.waiters++
    return Effect.onInterrupt(Deferred.await(shared.result), () => {
      if (--shared.waiters > 0 || shared.fiber === undefined) return Effect.void
      shared.abandoned = true
      return Fiber.interrupt(shared.fiber)
    })
  })

const lookUp = (reading: Database) => (key: string) =>
  reading.run(select, [packKey(key)]).pipe(
    Effect.mapError((error) => journalError(reading.file, error)),
    Effect.map(([row]): Row | undefined =>
      row === undefined
        ? undefined
        : {
            account: Number(row["account"]),
            usage: { promptTokens: Number(row["prompt_tokens"]), completionTokens: Number(row["completion_tokens"]) },
            micros: Number(row["micros"]),
            answer: unpack(row["answer"]),
          },
    ),
  )

const select = "SELECT account, prompt_tokens, completion_tokens, micros, answer FROM call WHERE key = ?"

const hit = <A, I, E, R>(
  books: Accounts,
  writer: Writer | undefined,
  request: Call<A, I, E, R>,
  row: Row,
  source: Answer<A>["source"],
  file: string,
) => {
  const account = books.of(request)
  books.hit(account)
  // Another step paid for it: an export of this one needs it too.
  if (row.account !== account.id) writer?.later({ _tag: "Shared", account, key: packKey(request.key) })
  return answerOf(request, row, source, file)
}

const answerOf = <A, I, E, R>(
  { key, role, unpriced = false, answer: schema }: Call<A, I, E, R>,
  { usage, micros, answer }: Row,
  source: Answer<A>["source"],
  file: string,
): Effect.Effect<Answer<A>, JournalError> =>
  Either.match(Schema.decodeUnknownEither(schema)(JSON.parse(answer)), {
    onLeft: (error) =>
      Effect.fail(
        JournalFailed.make({ file, detail: `the answer kept for call ${key} has another form: ${error.message}` }),
      ),
    onRight: (decoded) =>
      Effect.map(CallMeter, (meter) => {
        meter.count({ key, role, usage, micros: unpriced && micros === 0 ? undefined : micros })
        return { key, source, usage, micros, answer: decoded }
      }),
  })

const miss = <A, I, E, R>({ key, step, role, model }: Call<A, I, E, R>) => OfflineMiss.make({ key, step, role, model })

/** Whether money was spent is unknown where the request did not end by itself. */
const describe = (cause: Cause.Cause<CallFailure>) => {
  const failure = Cause.failureOption(cause)
  if (failure._tag === "Some") {
    const { _tag: reason, kind, message: detail } = failure.value
    return { reason, kind, detail, unknown: false }
  }
  const reason = Cause.isInterruptedOnly(cause) ? "Interrupted" : "Defect"
  return { reason, kind: "transient", detail: Cause.pretty(cause), unknown: true } as const
}

const openSession = (database: Database, now: number) =>
  Effect.gen(function* () {
    yield* database.run("INSERT INTO session (at) VALUES (?)", [now])
    const [row] = yield* database.run("SELECT max(id) AS id FROM session")
    const attempts = yield* database.run("SELECT id, key FROM attempt ORDER BY id")
    return {
      session: Number(row?.["id"]),
      lost: new Set(attempts.map((attempt) => unpackKey(attempt["key"]))),
      lastAttempt: Number(attempts.at(-1)?.["id"] ?? 0),
    }
  }).pipe(Effect.mapError((error) => journalError(database.file, error)))
