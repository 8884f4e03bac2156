/** What can be wrong with an artifact, and with the place where artifacts are kept. */
import { Schema } from "effect"

/** The file is not in the store. */
export class ArtifactMissing extends Schema.TaggedError<ArtifactMissing>()("ArtifactMissing", {
  path: Schema.String,
}) {
  override get message() {
    return `The artifact ${this.path} is missing. Run the experiment again: the step that made it is redone from the journal.`
  }
}

/** The file's content is not what its name says. A writer moves such a file aside; a reader leaves it where it is. */
export class ArtifactCorrupt extends Schema.TaggedError<ArtifactCorrupt>()("ArtifactCorrupt", {
  path: Schema.String,
  detail: Schema.String,
  movedTo: Schema.optional(Schema.String),
}) {
  override get message() {
    const advice = this.movedTo === undefined ? "Delete it and" : `It was moved to ${this.movedTo}.`
    const run = this.movedTo === undefined ? "run" : "Run"
    return `The artifact ${this.path} is damaged (${this.detail}). ${advice} ${run} the experiment again: the step that made it is redone from the journal.`
  }
}

/** Whether a message is that of a lost artifact: a step that failed with it can't go on with what it has. */
export const isLoss = (message: string): boolean => /^The artifact \S+ is (missing|damaged)/.test(message)

/** The store can't be written or read: disk full, read-only folder, no permission. */
export class StorageFailed extends Schema.TaggedError<StorageFailed>()("StorageFailed", {
  path: Schema.String,
  code: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.path} can't be used: ${advice[this.code] ?? this.detail}`
  }
}

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space and run the same command again.",
  EDQUOT: "the disk quota is used up. Free some space and run the same command again.",
  EROFS: "the file system is read-only. Choose a home that can be written with --home.",
  EACCES: "permission is denied. Choose a home that can be written with --home.",
}
