/** Why the embedded training server does not run. */
import { Schema } from "effect"

/** Another process listens on the port. */
export class PortTaken extends Schema.TaggedError<PortTaken>()("PortTaken", { port: Schema.Int }) {
  override get message() {
    return `Port ${this.port} of 127.0.0.1 is taken, so the embedded trainer can't listen there. Leave the port out to get a free one.`
  }
}

/** A live server of another process has the folder. */
export class FolderInUse extends Schema.TaggedError<FolderInUse>()("FolderInUse", { folder: Schema.String }) {
  override get message() {
    return `Another embedded trainer works in ${this.folder}. Wait for it or stop it, or give this run a home of its own.`
  }
}

/** The server ended by itself, once or as often as it may. */
export class TrainerDied extends Schema.TaggedError<TrainerDied>()("TrainerDied", {
  /** Such as `exit code 1` or `SIGKILL`. */
  exit: Schema.String,
  restarts: Schema.Int,
  logPath: Schema.String,
  lastLines: Schema.Array(Schema.String),
}) {
  override get message() {
    const often = this.restarts === 0 ? "" : ` after ${this.restarts} restarts`
    const memory = this.exit === "SIGKILL" ? " It may have run out of memory; it needs about 7 GB." : ""
    return `The embedded trainer died${often} (${this.exit}).${memory} Its log is ${this.logPath}; the last lines:\n${this.lastLines.join("\n")}`
  }
}

/** The server runs, and did not become ready in time. */
export class NotReady extends Schema.TaggedError<NotReady>()("NotReady", {
  seconds: Schema.Number,
  waitingFor: Schema.Literal("api", "model"),
  logPath: Schema.String,
}) {
  override get message() {
    const what = this.waitingFor === "api" ? "answers no requests" : "has not loaded its model"
    return `The embedded trainer ${what} after ${this.seconds} s. Look into its log, ${this.logPath}, and start again when the machine is less busy.`
  }
}

export const EmbeddedError = Schema.Union(PortTaken, FolderInUse, TrainerDied, NotReady)
export type EmbeddedError = typeof EmbeddedError.Type
