/** What a reply of the server means: an answer, an error, or a reason to ask again. */
import { Effect, Either, Option, Schema } from "effect"
import { protobufType } from "./Proto.ts"
import type { Answer } from "./TinkerHttp.ts"
import { FutureState } from "./TinkerMessages.ts"
import {
  ModelLost,
  TrainerConflict,
  TrainerMisunderstood,
  TrainerRejected,
  TrainerUnavailable,
  TrainingFailed,
} from "../../../src/domain/TrainerError.ts"
import type { TrainerError, Where } from "../../../src/domain/TrainerError.ts"

export interface Reply {
  readonly status: number
  readonly contentType: string
  readonly bytes: Uint8Array
  /** How long the server asks to be left alone, in milliseconds. */
  readonly retryAfter?: number | undefined
}

/**
 * Ask again, after `retryAfter` milliseconds at the earliest. `alive` tells that the server is at work; `otherwise` is the error once patience has ended. `queue` is the
 * server's word for why there is no result yet, such as `paused_capacity`.
 */
export class Again {
  readonly pause: "now" | "refused" | "backoff" | "billing"
  readonly otherwise: TrainerError
  readonly alive: boolean
  readonly queue: string | undefined
  readonly retryAfter: number
  constructor(pause: Again["pause"], otherwise: TrainerError, { alive = false, queue, retryAfter = 0 }: Hints = {}) {
    this.pause = pause
    this.otherwise = otherwise
    this.alive = alive
    this.queue = queue
    this.retryAfter = retryAfter
  }
}

interface Hints {
  readonly alive?: boolean
  readonly queue?: string | undefined
  readonly retryAfter?: number | undefined
}

/** The server has no result under this id and won't have one: hand the request in again. */
export class Gone {
  readonly detail: string
  constructor(detail: string) {
    this.detail = detail
  }
}

/** The reply to a submission or any other exchange with an immediate JSON answer. */
export const judgeSubmit = (reply: Reply, where: Where): Effect.Effect<unknown, TrainerError | Again> => {
  const { status } = reply
  if (status >= 200 && status < 300) return jsonOf(reply, where)
  const detail = detailOf(reply)
  if (status === 402)
    return Effect.fail(new Again("billing", rejected(reply, where, detail), { retryAfter: reply.retryAfter }))
  // 425: a checkpoint that is still being written.
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return Effect.fail(new Again("backoff", unavailable(reply, where, detail), { retryAfter: reply.retryAfter }))
  }
  return Effect.fail(fatal(reply, where, detail))
}

/** The reply to a poll. `refusals`: how many 400 this result has had in a row. */
export const judgePoll = (
  reply: Reply,
  where: Where,
  refusals: number,
): Effect.Effect<Answer | Gone, TrainerError | Again> => {
  const { status } = reply
  if (status >= 200 && status < 300) {
    if (reply.contentType.includes(protobufType)) return Effect.succeed({ _tag: "Protobuf", bytes: reply.bytes })
    return Effect.flatMap(jsonOf(reply, where), (value) => judgeResult(value, reply, where))
  }
  const detail = detailOf(reply)
  if (status === 408) return Effect.fail(waiting(reply, where, stateOf(parseJson(textOf(reply)))))
  const { retryAfter } = reply
  if (status >= 500) return Effect.fail(new Again("now", unavailable(reply, where, detail), { retryAfter }))
  if (status === 429) return Effect.fail(new Again("backoff", unavailable(reply, where, detail), { retryAfter }))
  if (status === 402)
    return Effect.fail(new Again("billing", rejected(reply, where, detail), { retryAfter: reply.retryAfter }))
  if (status === 410 || (status === 404 && !saysLost(where, detail))) return Effect.succeed(new Gone(detail))
  // A proxy may inject a 400, so one alone is not believed, unless it says what the engine says of lost models.
  if (status === 400 && !saysLost(where, detail)) {
    const failed = new TrainingFailed({ ...where, detail, by: "unknown" })
    return Effect.fail(refusals < maxRefusals ? new Again("refused", failed, { alive: true }) : failed)
  }
  return Effect.fail(fatal(reply, where, detail))
}

const maxRefusals = 3

/** A finished request's JSON: a result, a failure, or a message that there is none yet. */
const judgeResult = (value: unknown, reply: Reply, where: Where): Effect.Effect<Answer, TrainerError | Again> => {
  const state = stateOf(Either.right(value))
  if (state.type === "try_again" || state.status === "complete_metadata") {
    return Effect.fail(waiting(reply, where, state))
  }
  if (state.error === undefined) return Effect.succeed({ _tag: "Json", value })
  if (saysLost(where, state.error)) return Effect.fail(new ModelLost({ ...where, detail: state.error }))
  const by = state.category === "user" || state.category === "server" ? state.category : "unknown"
  return Effect.fail(new TrainingFailed({ ...where, detail: state.error, by }))
}

/** A queue that is paused is asked less often. */
const waiting = (reply: Reply, where: Where, { queue_state: queue }: FutureState): Again =>
  new Again(
    queue?.startsWith("paused") === true ? "backoff" : "now",
    unavailable(reply, where, `still waiting (${queue ?? "no result yet"})`),
    { alive: true, queue, retryAfter: reply.retryAfter },
  )

const stateOf = (body: Either.Either<unknown, unknown>): FutureState =>
  Either.getOrElse(Either.flatMap(body, Schema.decodeUnknownEither(FutureState)), () => ({}))

/**
 * How SkyRL says that a live model, or the session that one is made in, does not exist any more. Of requests without a
 * model it says nothing else of the kind.
 */
const saysLost = (where: Where, detail: string): boolean =>
  /session (\S+ )?not found/i.test(detail) ||
  (where.modelId !== undefined && /not loaded|model (\S+ )?not found/i.test(detail))

const fatal = (reply: Reply, where: Where, detail: string): TrainerError => {
  if (saysLost(where, detail)) return new ModelLost({ ...where, detail })
  if (reply.status === 409) return new TrainerConflict({ ...where, detail })
  if (reply.status === 410) return new ModelLost({ ...where, detail })
  return rejected(reply, where, detail)
}

const rejected = (reply: Reply, where: Where, detail: string) =>
  new TrainerRejected({ ...where, detail, status: reply.status })

const unavailable = (reply: Reply, where: Where, detail: string) =>
  new TrainerUnavailable({ ...where, detail: `${reply.status} ${detail}` })

const jsonOf = (reply: Reply, where: Where): Effect.Effect<unknown, TrainerMisunderstood> => {
  const parsed = parseJson(textOf(reply))
  if (Either.isRight(parsed)) return Effect.succeed(parsed.right)
  const detail = `${reply.status} ${reply.contentType || "without a content type"}, ${reply.bytes.byteLength} bytes, is not JSON`
  return Effect.fail(new TrainerMisunderstood({ ...where, detail }))
}

const parseJson = Schema.decodeUnknownEither(Schema.parseJson())
const textOf = (reply: Reply) => new TextDecoder().decode(reply.bytes)

/** The message in an error's body: FastAPI's `detail`, or `error`, or `message`, or the text itself. */
const detailOf = (reply: Reply): string => {
  const body = Option.flatMap(Either.getRight(parseJson(textOf(reply))), Schema.decodeUnknownOption(ErrorBody))
  const told = Option.getOrUndefined(Option.map(body, (it) => it.detail ?? it.error ?? it.message))
  const text = told === undefined ? textOf(reply) : typeof told === "string" ? told : JSON.stringify(told)
  return text.trim().slice(0, 500) || `HTTP ${reply.status}`
}

const ErrorBody = Schema.Struct({
  detail: Schema.optional(Schema.Unknown),
  error: Schema.optional(Schema.Unknown),
  message: Schema.optional(Schema.Unknown),
})
