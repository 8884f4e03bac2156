/** What can be wrong with a file of logs, and with a row of it. */
import { Schema } from "effect"
import { Conversation } from "../../../src/domain/Conversation.ts"

/**
 * A row that can't be used. `line` is its line, in a parquet file its number, from 1. `reason` is the same for all rows
 * of one kind, so that they can be counted by it; `detail` is this row's own. `stub` is what is known of a row whose
 * messages are no conversation: some presets draw it before they leave it out.
 */
export class InvalidRow extends Schema.TaggedError<InvalidRow>()("InvalidRow", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String,
  detail: Schema.optional(Schema.String),
  stub: Schema.optional(Conversation),
  advice: Schema.String.pipe(
    Schema.propertySignature,
    Schema.withConstructorDefault(() => "Mend the file, or leave bad rows out with --skip-invalid."),
  ),
}) {
  get problem() {
    const detail = this.detail === undefined ? "" : ` (${this.detail})`
    return `${this.file}:${this.line}: ${this.reason}${detail}.`
  }
  override get message() {
    return `${this.problem} ${this.advice}`
  }
}

/** From `line` on nothing can be unpacked. No bad row: how much is lost can't be told, so it is never left out. */
export class DamagedFile extends Schema.TaggedError<DamagedFile>()("DamagedFile", {
  file: Schema.String,
  line: Schema.Int,
  detail: Schema.String,
}) {
  readonly advice = "Fetch the file anew: what follows can't be read."
  get problem() {
    return `${this.file}:${this.line}: the file is cut off or damaged here (${this.detail}).`
  }
  override get message() {
    return `${this.problem} ${this.advice}`
  }
}

/** A file that can't be read at all: missing, no permission, a failing disk. */
export class UnreadableFile extends Schema.TaggedError<UnreadableFile>()("UnreadableFile", {
  file: Schema.String,
  line: Schema.Int,
  reason: Schema.String,
}) {
  override get message() {
    return `${this.file} can't be read after line ${this.line}: ${this.reason}.`
  }
}

/** A row before anybody looked into it, or what keeps it from being read. */
export type RawRow =
  | { readonly line: number; readonly value: unknown; readonly problem?: undefined }
  | { readonly line: number; readonly problem: { readonly reason: string; readonly detail?: string | undefined } }
