/**
 * Failures of training servers, by what has to be done about them. `kind` as for model calls: a transient failure may
 * pass by itself, an operator failure suspends the step until a person acts.
 */
import { Schema } from "effect"
import type { ErrorKind } from "./LlmError.ts"

/** Where it happened: the server, the kind of request, and for training requests the model and sequence number. */
const where = {
  endpoint: Schema.String,
  request: Schema.String,
  modelId: Schema.optional(Schema.String),
  seqId: Schema.optional(Schema.Int),
  detail: Schema.String,
}

/** No usable answer within the client's patience. The request may or may not have been carried out. */
export class TrainerUnavailable extends Schema.TaggedError<TrainerUnavailable>()("TrainerUnavailable", where) {
  readonly kind: ErrorKind = "transient"
  override get message() {
    return `${place(this)} got no answer: ${this.detail}. Check that the training server runs and that its address is right, then repeat the request.`
  }
}

/** The server refused the request, or the client did before sending it. Repeating it unchanged can't help. */
export class TrainerRejected extends Schema.TaggedError<TrainerRejected>()("TrainerRejected", {
  ...where,
  /** The HTTP status; 0 where the request was not sent. */
  status: Schema.Int,
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    // What keeps a trainer from starting says itself what to do.
    if (this.request === "start") return `${this.endpoint} can't be used: ${this.detail}`
    return `${place(this)} was refused (${this.status === 0 ? "not sent" : this.status}): ${this.detail}. ${advice(this.status)}`
  }
}

/** The server accepted the request and failed while carrying it out. `by`: whose fault it says that is. */
export class TrainingFailed extends Schema.TaggedError<TrainingFailed>()("TrainingFailed", {
  ...where,
  by: Schema.Literal("user", "server", "unknown"),
}) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    const repair =
      this.by === "user"
        ? "Change the request."
        : "Look into the server's log, then retry from the last saved checkpoint."
    return `${place(this)} failed on the server: ${this.detail}. ${repair}`
  }
}

/** The live model is gone (restarted server, expired session), or its state is in doubt. */
export class ModelLost extends Schema.TaggedError<ModelLost>()("ModelLost", where) {
  readonly kind: ErrorKind = "transient"
  override get message() {
    return `${place(this)}: the model is lost: ${this.detail}. Restore it from its last saved checkpoint.`
  }
}

/** HTTP 409: a sequence number or checkpoint name that already stands for something else. */
export class TrainerConflict extends Schema.TaggedError<TrainerConflict>()("TrainerConflict", where) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${place(this)} conflicts with an earlier request: ${this.detail}. Only one client may train a model; restore it from its last saved checkpoint, or save under a new name.`
  }
}

/** An answer that the protocol does not allow. */
export class TrainerMisunderstood extends Schema.TaggedError<TrainerMisunderstood>()("TrainerMisunderstood", where) {
  readonly kind: ErrorKind = "operator"
  override get message() {
    return `${place(this)} got an answer that is not understood: ${this.detail}. Check the address and the version of the training server.`
  }
}

export const TrainerError = Schema.Union(
  TrainerUnavailable,
  TrainerRejected,
  TrainingFailed,
  ModelLost,
  TrainerConflict,
  TrainerMisunderstood,
)
export type TrainerError = typeof TrainerError.Type

/** The fields that all of these errors share, without the detail. */
export interface Where {
  readonly endpoint: string
  readonly request: string
  readonly modelId?: string | undefined
  readonly seqId?: number | undefined
}

const place = ({ request, modelId, seqId, endpoint }: Where): string => {
  const target = [modelId, seqId === undefined ? undefined : `seq ${seqId}`].filter((part) => part !== undefined)
  return `${request}${target.length === 0 ? "" : ` (${target.join(", ")})`} at ${endpoint}`
}

const advice = (status: number): string => {
  if (status === 401 || status === 403) return "Check the API key."
  if (status === 402) return "Settle the account with the provider."
  if (status === 404) return "Check the address, the model's name and the checkpoint's path."
  return "Change the request or the server's settings."
}
