/** What went wrong at an OpenAI-compatible server, as one of the errors that say what to do about it. */
import OpenAI from "openai"
import {
  ContextOverflow,
  InvalidOutput,
  Misconfigured,
  RateLimited,
  Refused,
  Unavailable,
} from "../../src/domain/LlmError.ts"
import type { LlmError } from "../../src/domain/LlmError.ts"
import { retryAfterOf } from "./retryAfter.ts"
import { saysOverflow } from "./saysOverflow.ts"

/** Who was asked. `keyVariable` names the environment variable of the key; the key itself never gets here. */
export interface Asked {
  readonly url: string
  readonly model: string
  readonly keyVariable: string | undefined
}

export interface Failed {
  readonly error: LlmError
  /** Whether the server may charge for it all the same: it had the request, and its answer is not known. */
  readonly maybeBilled: boolean
  /** The model is not there: the list of those that are would help. */
  readonly unknownModel: boolean
}

/** `now` in milliseconds since 1970, for a Retry-After that is a date. */
export const failureOf = (cause: unknown, asked: Asked, now: number): Failed => {
  const where = { endpoint: asked.url, model: asked.model, detail: short(causes(cause)) }
  const as = (error: LlmError, maybeBilled = false, unknownModel = false): Failed => ({
    error,
    maybeBilled,
    unknownModel,
  })
  if (cause instanceof OpenAI.APIConnectionTimeoutError) {
    return as(Unavailable.make({ ...where, detail: "no answer within the time-out" }), true)
  }
  if (cause instanceof OpenAI.APIConnectionError || !(cause instanceof OpenAI.APIError)) {
    // Not JSON although it says so: an answer, if not one of this API.
    if (cause instanceof SyntaxError) return as(InvalidOutput.make(where), true)
    return as(Unavailable.make(where), !neverSent.has(codeOf(cause)))
  }
  const status: number = cause.status ?? 0
  const code = String(cause.code ?? cause.type ?? "")
  const text = `${code} ${where.detail}`
  const retry = retryAfter(cause.headers, now)
  const misconfigured = (advice: string, unknownModel = false) =>
    as(Misconfigured.make({ ...where, advice }), false, unknownModel)

  if (/insufficient_quota|billing|credit balance/i.test(code) || status === 402) {
    return misconfigured("Settle the account with the provider, then run the same command again.")
  }
  if (status === 429) return as(RateLimited.make({ ...where, ...retry }))
  if (status === 408 || status === 409 || status === 425 || status >= 500) {
    return as(Unavailable.make({ ...where, ...retry }))
  }
  if (status === 401 || status === 403) return misconfigured(keyAdvice(asked))
  if (status === 413 || saysOverflow(text)) return as(ContextOverflow.make(where))
  if (/content_(filter|policy)|content management policy|safety system/i.test(text)) return as(Refused.make(where))
  if (status === 404) {
    const noModel = /model/i.test(text)
    return misconfigured(noModel ? modelAdvice(asked) : urlAdvice(asked), noModel)
  }
  if (status >= 300 && status < 400) return misconfigured(urlAdvice(asked))
  return misconfigured(
    "The server refuses the request as it is: adapt the model's entry in understudy.config.ts (`tokenLimit`, `extra`) or the sampling settings.",
  )
}

export const keyAdvice = ({ url, keyVariable }: Asked): string =>
  keyVariable === undefined
    ? `Name the environment variable that holds the API key of ${url} as \`keyVariable\` in understudy.config.ts.`
    : `Put a valid API key of ${url} into the environment variable ${keyVariable}.`

export const urlAdvice = ({ url }: Asked): string =>
  `Check the URL ${url} in understudy.config.ts: it should end before /chat/completions, mostly in /v1, and its server has to run.`

export const modelAdvice = ({ url, model }: Asked, served?: ReadonlyArray<string>): string => {
  const list =
    served === undefined
      ? ""
      : ` ${url} serves ${served.length === 0 ? "none" : `${served.slice(0, 20).join(", ")}${served.length > 20 ? " and more" : ""}`}.`
  return `Serve ${model} at ${url}, or set the name it has there as \`servedAs\` in understudy.config.ts.${list}`
}

/** Connections that were never made. */
const neverSent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EINVAL",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_INVALID_ARG",
  "ERR_INVALID_URL",
])

/** Of the innermost error that has one. */
const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return ""
  const inner = codeOf(error.cause)
  return inner !== "" ? inner : "code" in error && typeof error.code === "string" ? error.code : ""
}

const retryAfter = (headers: Headers | undefined, now: number): { readonly retryAfterMs?: number } => {
  const wait = retryAfterOf((name) => headers?.get(name), now)
  return wait === undefined ? {} : { retryAfterMs: wait }
}

/** `Connection error.` alone tells nothing: its causes do. */
const causes = (error: unknown): string => {
  const messages: Array<string> = []
  for (let current = error; current instanceof Error && messages.length < 4; current = current.cause) {
    const code = "code" in current && typeof current.code === "string" ? ` (${current.code})` : ""
    const message = current instanceof AggregateError ? current.errors.map(String).join(", ") : current.message
    if (message !== "" || code !== "") messages.push(`${message}${code}`)
  }
  return [...new Set(messages)].join(": ") || String(error)
}

const short = (text: string) => (text.length > 600 ? `${text.slice(0, 600)} ...` : text)
