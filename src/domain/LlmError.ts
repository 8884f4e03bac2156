/**
 * Failures of model calls. `kind` decides what happens (contract 4): transient failures are retried and waited out,
 * data failures are recorded as values, operator failures suspend the step until a person acts.
 */
import { Schema } from "effect"

export type ErrorKind = "transient" | "data" | "operator"

const where = { endpoint: Schema.String, model: Schema.String, detail: Schema.String }

/** HTTP 429. `retryAfterMs` is the server's Retry-After, where it sent one. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...where,
  retryAfterMs: Schema.optional(Schema.Number),
}) {
  readonly kind: ErrorKind = "transient"
  override get message() {
    return `${this.model} at ${this.endpoint} is rate limited: ${this.detail}`
  }
}

/** Connection failures, time-outs, HTTP 408, 409 and 5xx, and an open circuit breaker. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  ...where,
  retryAfterMs: Schema.optional(Schema.Number),
}) {
  readonly kind: ErrorKind = "transient"
  override get message() {
    return `${this.model} at ${this.endpoint} did not answer: ${this.detail}`
  }
}

/** The prompt does not fit the model's context. Retrying can't help. */
export class ContextOverflow extends Schema.TaggedError<ContextOverflow>()("ContextOverflow", where) {
  readonly kind: ErrorKind = "data"
  override get message() {
    return `The prompt does not fit the context of ${this.model} at ${this.endpoint}: ${this.detail}`
  }
}

/** The endpoint refused the content of the request, or the model refused to answer. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", where) {
  readonly kind: ErrorKind = "data"
  override get message() {
    return `${this.model} at ${this.endpoint} refused the request: ${this.detail}`
  }
}

/** An answer that does not have the form that was asked for. `text` is what came instead, `key` leads to the call. */
export class InvalidOutput extends Schema.TaggedError<InvalidOutput>()("InvalidOutput", {
  ...where,
  key: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String),
}) {
  readonly kind: ErrorKind = "data"
  override get message() {
    return `${this.model} at ${this.endpoint} gave an unusable answer: ${this.detail}`
  }
}

/** Bad key, unknown model, bad request: a person has to change something. `advice` says what. */
export class Misconfigured extends Schema.TaggedError<Misconfigured>()("Misconfigured", {
  ...where,
  advice: Schema.String,
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    // Details that come from elsewhere may have said what to do, and end in a full stop.
    return `${this.model} at ${this.endpoint}: ${this.detail.replace(/\.+$/, "")}. ${this.advice}`.trim()
  }
}

/** The budget can't cover the call's worst case and nothing is in flight that could free money. */
export class BudgetExhausted extends Schema.TaggedError<BudgetExhausted>()("BudgetExhausted", {
  limitMicros: Schema.Number,
  committedMicros: Schema.Number,
  neededMicros: Schema.Number,
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    const usd = (micros: number) => `$${(micros / 1e6).toFixed(4)}`
    return `The budget of ${usd(this.limitMicros)} is spent (${usd(this.committedMicros)} committed, ${usd(this.neededMicros)} needed). Raise --budget and run the same command again.`
  }
}

/** `--offline` (or a journal opened for reading) and the journal has no answer. Nothing was sent. */
export class OfflineMiss extends Schema.TaggedError<OfflineMiss>()("OfflineMiss", {
  key: Schema.String,
  step: Schema.String,
  role: Schema.String,
  model: Schema.String,
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `Offline: the journal holds no answer for call ${this.key} of ${this.role} to ${this.model} in step ${this.step}. Run without --offline to make the call.`
  }
}

/** The disk has no room for the journal. An answer that could not be kept is not given to anyone. */
export class StorageFull extends Schema.TaggedError<StorageFull>()("StorageFull", { file: Schema.String }) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${this.file} can't grow: the disk is full. Free some space and run the same command again; nothing that was kept is lost.`
  }
}

/** The journal can't be read or written for another reason, such as a damaged or vanished file. */
export class JournalFailed extends Schema.TaggedError<JournalFailed>()("JournalFailed", {
  file: Schema.String,
  detail: Schema.String,
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `The journal ${this.file} failed: ${this.detail}. Check the disk, and run the same command again; if it stays, move the file away.`
  }
}

export const LlmError = Schema.Union(
  RateLimited,
  Unavailable,
  ContextOverflow,
  Refused,
  InvalidOutput,
  Misconfigured,
  BudgetExhausted,
  OfflineMiss,
  StorageFull,
  JournalFailed,
)
export type LlmError = typeof LlmError.Type
