/**
 * Requests of the Tinker protocol: submit, then poll for the result. The waiting rules are those of the protocol's own
 * SDK; they are the only retries, so nothing above should add its own.
 */
import { HttpClient, HttpClientRequest } from "@effect/platform"
import { Clock, Duration, Effect, Either, Redacted, Schema } from "effect"
import { ModelLost, TrainerMisunderstood, TrainerUnavailable } from "../../../src/domain/TrainerError.ts"
import { schemaIssues } from "../../../src/domain/schemaIssues.ts"
import { retryAfterOf } from "../../llm/retryAfter.ts"
import type { TrainerError } from "../../../src/domain/TrainerError.ts"
import { Again, Gone, judgePoll, judgeSubmit } from "./TinkerReply.ts"
import type { Reply } from "./TinkerReply.ts"

/** How long to wait for what. The defaults are the protocol's; tests shorten them. */
export interface TinkerTiming {
  /** One poll for a result; the server holds polls open. Default 45 seconds. */
  readonly poll: Duration.DurationInput
  /** Any other exchange. Default 60 seconds. */
  readonly exchange: Duration.DurationInput
  /** Least pause between two polls, against hot loops. Default 100 millis. */
  readonly pollFloor: Duration.DurationInput
  /**
   * Backoff after connection errors and 429: doubles from `backoff` up to `backoffCap`, and is no shorter than a
   * `Retry-After`. Default 1 to 30 seconds.
   */
  readonly backoff: Duration.DurationInput
  readonly backoffCap: Duration.DurationInput
  /** Pause after 402. Default 5 seconds. */
  readonly billing: Duration.DurationInput
  /** How long a request may go without a sign of life before it fails. Default 2 minutes. */
  readonly patience: Duration.DurationInput
  /** The same while nothing was ever heard from the server: more likely a wrong URL than an outage. Default 30 seconds. */
  readonly firstPatience: Duration.DurationInput
  /** Between two heartbeats of a session. Default 15 seconds. */
  readonly heartbeat: Duration.DurationInput
  /** How long the end of a scope waits for a model's unloading. Default 2 seconds. */
  readonly unload: Duration.DurationInput
}

export const defaultTiming: TinkerTiming = {
  poll: "45 seconds",
  exchange: "60 seconds",
  pollFloor: "100 millis",
  backoff: "1 second",
  backoffCap: "30 seconds",
  billing: "5 seconds",
  patience: "2 minutes",
  firstPatience: "30 seconds",
  heartbeat: "15 seconds",
  unload: "2 seconds",
}

/** One request as it goes out. A retry sends these very bytes. */
export interface Call {
  readonly method: "GET" | "POST"
  /** Below `/api/v1/`. */
  readonly path: string
  readonly body?: { readonly bytes: Uint8Array; readonly contentType: string }
  readonly modelId?: string | undefined
  readonly seqId?: number | undefined
  /** False: fail at the first lost answer, because the server would carry a repetition out again. */
  readonly resend?: boolean
}

/** A POST of a JSON value. Fields that are undefined are left out. */
export const jsonCall = (path: string, value: unknown, rest?: Pick<Call, "modelId" | "seqId" | "resend">): Call => ({
  method: "POST",
  path,
  body: { bytes: new TextEncoder().encode(JSON.stringify(value)), contentType: "application/json" },
  ...rest,
})

/** The result of a finished request: protobuf for samples and passes, JSON for all others. */
export type Answer =
  { readonly _tag: "Protobuf"; readonly bytes: Uint8Array } | { readonly _tag: "Json"; readonly value: unknown }

export interface TinkerHttp {
  readonly endpoint: string
  readonly timing: TinkerTiming
  /** One exchange with an immediate JSON answer. */
  readonly json: <A, I>(call: Call, schema: Schema.Schema<A, I>) => Effect.Effect<A, TrainerError>
  /** The JSON at the server's own root, asked for once. */
  readonly root: <A, I>(schema: Schema.Schema<A, I>) => Effect.Effect<A, string>
  /** Hands a request in. Succeeds with its id once the server has accepted it. */
  readonly submit: (call: Call) => Effect.Effect<string, TrainerError>
  /** Waits for the result of an accepted request, handing the same request in again if the server lost the id. */
  readonly result: (call: Call, requestId: string) => Effect.Effect<Answer, TrainerError>
}

export const makeTinkerHttp = Effect.fn("makeTinkerHttp")(function* (options: {
  readonly url: string
  readonly apiKey?: Redacted.Redacted | undefined
  readonly timing?: Partial<TinkerTiming> | undefined
}) {
  const client = yield* HttpClient.HttpClient
  const timing = { ...defaultTiming, ...options.timing }
  let heard = false
  const patience = () => (heard ? timing.patience : Duration.min(timing.patience, timing.firstPatience))
  const url = options.url.replace(/\/+$/, "")
  const place = (call: Call) => ({ endpoint: url, request: call.path, modelId: call.modelId, seqId: call.seqId })

  const exchange = (
    call: Call,
    timeout: Duration.DurationInput,
    path = `${url}/api/v1/${call.path}`,
  ): Effect.Effect<Reply, string> => {
    const bare = call.method === "GET" ? HttpClientRequest.get(path) : HttpClientRequest.post(path)
    const keyed =
      options.apiKey === undefined
        ? bare
        : HttpClientRequest.setHeader(bare, "x-api-key", Redacted.value(options.apiKey))
    const request =
      call.body === undefined ? keyed : HttpClientRequest.bodyUint8Array(keyed, call.body.bytes, call.body.contentType)
    return client.execute(request).pipe(
      Effect.flatMap((response) =>
        Effect.zipWith(response.arrayBuffer, Clock.currentTimeMillis, (buffer, now): Reply => {
          heard = true
          return {
            status: response.status,
            contentType: response.headers["content-type"] ?? "",
            bytes: new Uint8Array(buffer),
            retryAfter: retryAfterOf((name) => response.headers[name], now),
          }
        }),
      ),
      Effect.mapError((error) => causes(error)),
      Effect.timeoutFail({ duration: timeout, onTimeout: () => timedOut }),
    )
  }

  const post = (call: Call) =>
    patiently(timing, patience, () =>
      exchange(call, timing.exchange).pipe(
        Effect.mapError((detail) => new Again("backoff", new TrainerUnavailable({ ...place(call), detail }))),
        Effect.flatMap((reply) => judgeSubmit(reply, place(call))),
        Effect.mapError((error) => (call.resend === false && error instanceof Again ? error.otherwise : error)),
      ),
    )

  const json = <A, I>(call: Call, schema: Schema.Schema<A, I>) =>
    post(call).pipe(Effect.flatMap((value) => decode(schema, value, call)))

  const decode = <A, I>(schema: Schema.Schema<A, I>, value: unknown, call: Call) =>
    Schema.decodeUnknown(schema)(value).pipe(
      Effect.mapError((error) => new TrainerMisunderstood({ ...place(call), detail: schemaIssues(error).join("; ") })),
    )

  const root = <A, I>(schema: Schema.Schema<A, I>) =>
    exchange({ method: "GET", path: "" }, timing.exchange, `${url}/`).pipe(
      Effect.flatMap(({ bytes }) =>
        Effect.mapError(Schema.decodeUnknown(Schema.parseJson(schema))(new TextDecoder().decode(bytes)), String),
      ),
    )

  const submit = (call: Call) => json(call, Accepted).pipe(Effect.map((accepted) => accepted.request_id))

  const poll = (call: Call, requestId: string) => {
    const ask = jsonCall("retrieve_future", { request_id: requestId, allow_metadata_only: false })
    return patiently<Answer | Gone>(timing, patience, (refusals) =>
      exchange(ask, timing.poll).pipe(
        Effect.mapError((detail) => {
          const otherwise = new TrainerUnavailable({ ...place(call), detail })
          // The server holds a poll while it works: silence is not an outage.
          return detail === timedOut ? new Again("now", otherwise, { alive: true }) : new Again("backoff", otherwise)
        }),
        Effect.flatMap((reply) => judgePoll(reply, place(call), refusals)),
      ),
    )
  }

  const result = (call: Call, requestId: string): Effect.Effect<Answer, TrainerError> => {
    const attempt = (id: string, left: number): Effect.Effect<Answer, TrainerError> =>
      Effect.flatMap(poll(call, id), (answer) => {
        if (!(answer instanceof Gone)) return Effect.succeed(answer)
        if (left === 0) return Effect.fail(new ModelLost({ ...place(call), detail: answer.detail }))
        return Effect.flatMap(submit(call), (again) => attempt(again, left - 1))
      })
    return attempt(requestId, resubmissions)
  }

  return { endpoint: url, timing, json, root, submit, result } satisfies TinkerHttp
})

/** Silence that a person is told of. */
const tellAfterMillis = 10_000
/** How often a request whose result the server has forgotten is handed in again. */
const resubmissions = 3
const timedOut = "timed out"

const Accepted = Schema.Struct({ request_id: Schema.String })

/** Repeats while told to, with the pause that is asked for, until there was no sign of life for so long. */
const patiently = <A>(
  timing: TinkerTiming,
  patience: () => Duration.DurationInput,
  once: (refusals: number) => Effect.Effect<A, TrainerError | Again>,
): Effect.Effect<A, TrainerError> =>
  Effect.gen(function* () {
    let alive = yield* Clock.currentTimeMillis
    let exponent = 0
    let refusals = 0
    let queue = "active"
    let told = false
    while (true) {
      const outcome = yield* Effect.either(once(refusals))
      if (Either.isRight(outcome)) return outcome.right
      const error = outcome.left
      if (!(error instanceof Again)) return yield* error
      const now = yield* Clock.currentTimeMillis
      if (error.alive) alive = now
      if (error.queue !== undefined && error.queue !== queue) {
        queue = error.queue
        yield* Effect.logInfo(error.otherwise.message)
      }
      if (error.pause === "refused") refusals += 1
      else if (error.alive) refusals = 0
      if (now - alive + error.retryAfter >= Duration.toMillis(patience())) return yield* error.otherwise
      if (!told && now - alive >= tellAfterMillis) {
        told = true
        yield* Effect.logWarning(`${error.otherwise.message} Waiting for it, ${Duration.format(patience())} at most.`)
      }
      yield* Effect.sleep(pauseOf(error, exponent, timing))
      exponent = error.pause === "backoff" ? exponent + 1 : 0
    }
  })

/** What the server asks for is waited out in full. */
const pauseOf = (again: Again, exponent: number, timing: TinkerTiming): Duration.Duration =>
  Duration.max(again.retryAfter, ownPause(again, exponent, timing))

const ownPause = (again: Again, exponent: number, timing: TinkerTiming): Duration.Duration => {
  if (again.pause === "billing") return Duration.decode(timing.billing)
  if (again.pause !== "backoff") return Duration.decode(timing.pollFloor)
  return Duration.min(Duration.times(timing.backoff, 2 ** Math.min(exponent, 20)), timing.backoffCap)
}

/** The message of an error and of what caused it: `fetch failed` alone tells nothing. */
const causes = (error: unknown): string => {
  const messages: Array<string> = []
  let current = error
  while (current instanceof Error && messages.length < 4) {
    const code = "code" in current && typeof current.code === "string" ? ` (${current.code})` : ""
    if (current.message !== "") messages.push(`${current.message}${code}`)
    current = current.cause
  }
  return [...new Set(messages)].join(": ") || String(error)
}
