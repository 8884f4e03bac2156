/** A file or folder that an experiment reads. In a step's id it stands as the hash of its content, never as its path. */
import { Schema } from "effect"

export class FileRef extends Schema.TaggedClass<FileRef>("understudy/FileRef")("FileRef", {
  path: Schema.NonEmptyString,
}) {}
