import { Schema } from "effect"

/** The folder can't be written. The report itself can be made again at any time. */
export class ReportNotWritten extends Schema.TaggedError<ReportNotWritten>()("ReportNotWritten", {
  folder: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `The report can't be written to ${this.folder}: ${this.detail}. Choose a folder with --out of \`understudy report\`.`
  }
}
