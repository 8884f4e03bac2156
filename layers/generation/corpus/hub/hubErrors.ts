/** What can go wrong between here and the Hugging Face hub. Messages never hold the token or a password. */
import { HubApiError } from "@huggingface/hub"
import { Redacted, Schema } from "effect"
import type { ErrorKind } from "../../../../src/domain/LlmError.ts"

const where = { endpoint: Schema.String, repo: Schema.String, detail: Schema.String }

/** Connections that fail or break, HTTP 408, 429 and 5xx. What was downloaded stays. */
export class HubUnavailable extends Schema.TaggedError<HubUnavailable>()("HubUnavailable", where) {
  readonly kind: ErrorKind = "transient"
  override get message() {
    return `${this.repo} at ${this.endpoint} can't be downloaded now: ${this.detail}. What is there already is kept, and the download goes on from it.`
  }
}

/** HTTP 401 and 403: a data set whose conditions must be accepted, or a private one. */
export class HubRefused extends Schema.TaggedError<HubRefused>()("HubRefused", where) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${this.repo} is refused by ${this.endpoint} (${this.detail}). If it is gated, accept its conditions at ${this.endpoint}/datasets/${this.repo}; then set HF_TOKEN to a token of that account that may read it.`
  }
}

/** No such data set, commit or folder, or nothing to read in it. */
export class HubNotFound extends Schema.TaggedError<HubNotFound>()("HubNotFound", where) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${this.repo} at ${this.endpoint}: ${this.detail}. Check the name, the revision and the path.`
  }
}

/** The content is not what the hub says it is. It was thrown away. */
export class HubDamaged extends Schema.TaggedError<HubDamaged>()("HubDamaged", where) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${this.repo} at ${this.endpoint}: ${this.detail}. It was thrown away: retry, and if it happens again look for a proxy that changes downloads.`
  }
}

/** HF_TOKEN or HF_ENDPOINT can't be what it should. Nothing was asked. */
export class HubMisconfigured extends Schema.TaggedError<HubMisconfigured>()("HubMisconfigured", {
  setting: Schema.Literal("HF_TOKEN", "HF_ENDPOINT"),
  detail: Schema.String,
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${this.setting} can't be used: ${this.detail}.`
  }
}

export type HubError = HubUnavailable | HubRefused | HubNotFound | HubDamaged

export interface Place {
  readonly endpoint: string
  readonly repo: string
  /** What no message may hold. */
  readonly secrets: ReadonlyArray<Redacted.Redacted>
}

/** Fields of an error at a place. */
export const at = ({ endpoint, repo }: Place, detail: string) => ({ endpoint, repo, detail })

export const ofStatus = (place: Place, status: number, what: string): HubError => {
  const fields = at(place, `HTTP ${status} for ${what}`)
  if (status === 401 || status === 403) return HubRefused.make(fields)
  return status === 408 || status === 429 || status >= 500 ? HubUnavailable.make(fields) : HubNotFound.make(fields)
}

/** Of whatever a request failed with. The causes of network errors say more than they do. */
export const ofThrown = (place: Place, error: unknown, what: string): HubError => {
  if (error instanceof HubApiError) return ofStatus(place, error.statusCode, what)
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : ""
  const detail = error instanceof Error ? `${error.message}${cause}` : String(error)
  return HubUnavailable.make(at(place, `${what}: ${withoutSecrets(place, detail)}`))
}

const withoutSecrets = ({ secrets }: Place, text: string): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(Redacted.value(secret), "***"), text)
