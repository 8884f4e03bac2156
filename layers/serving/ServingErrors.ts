/** Why a server that a run was to start does not serve. */
import { Schema } from "effect"

const where = { endpoint: Schema.String }

/** The program isn't there, or may not be run. */
export class ServerNotFound extends Schema.TaggedError<ServerNotFound>()("ServerNotFound", {
  ...where,
  program: Schema.String,
}) {
  override get message() {
    return `The server of endpoint ${this.endpoint} can't be started: there is no program ${this.program}. Install it, or name it by its full path as \`serve.command\` in understudy.config.ts.`
  }
}

/** Another process listens on the port. */
export class ServerPortTaken extends Schema.TaggedError<ServerPortTaken>()("ServerPortTaken", {
  ...where,
  port: Schema.Int,
}) {
  override get message() {
    return `Port ${this.port} of 127.0.0.1 is taken, so the server of endpoint ${this.endpoint} can't listen there. Leave \`serve.port\` out to get a free one, or end what listens there.`
  }
}

/** The server ended by itself, at its start or as often as it may. */
export class ServerDied extends Schema.TaggedError<ServerDied>()("ServerDied", {
  ...where,
  /** Such as `exit code 1` or `SIGKILL`. */
  exit: Schema.String,
  restarts: Schema.Int,
  logPath: Schema.String,
  lastLines: Schema.Array(Schema.String),
}) {
  override get message() {
    const often = this.restarts === 0 ? "" : ` after ${this.restarts} restarts`
    const memory = this.exit === "SIGKILL" ? " It may have run out of memory." : ""
    return `The server of endpoint ${this.endpoint} died${often} (${this.exit}).${memory} Its log is ${this.logPath}; the last lines:\n${this.lastLines.join("\n")}`
  }
}

/** The server runs, and did not list its models in time. */
export class ServerNotReady extends Schema.TaggedError<ServerNotReady>()("ServerNotReady", {
  ...where,
  seconds: Schema.Number,
  /** What it answered last, if anything. */
  heard: Schema.String,
  logPath: Schema.String,
}) {
  override get message() {
    return `The server of endpoint ${this.endpoint} is not ready after ${this.seconds} s: ${this.heard}. Look into its log, ${this.logPath}, or raise \`serve.readyWithinSeconds\`.`
  }
}

/** It asks for more GPUs than it can ever get. */
export class TooManyGpus extends Schema.TaggedError<TooManyGpus>()("TooManyGpus", {
  ...where,
  asked: Schema.Int,
  declared: Schema.Int,
  /** Of the experiment, where that is what is too low. */
  limit: Schema.optional(Schema.Int),
}) {
  readonly exitCode = 64
  override get message() {
    const there =
      this.limit === undefined
        ? `\`gpus\` of understudy.config.ts declares ${this.declared}. List this machine's there, such as gpus: [0, 1]`
        : `the experiment's limits.gpus is ${this.limit}. Raise it`
    return `The server of endpoint ${this.endpoint} needs ${this.asked} GPUs, and ${there}, or lower \`serve.gpus\`.`
  }
}

/** The weights that an adapter names can't be served. */
export class AdapterUnusable extends Schema.TaggedError<AdapterUnusable>()("AdapterUnusable", {
  adapter: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `The adapter ${this.adapter} can't be served: ${this.detail}.`
  }
}

export const ServingError = Schema.Union(
  ServerNotFound,
  ServerPortTaken,
  ServerDied,
  ServerNotReady,
  TooManyGpus,
  AdapterUnusable,
)
export type ServingError = typeof ServingError.Type
