/** Why a shard could not finish: stored with the step, shown by `status`, continued by `retry`. */
import { Schema } from "effect"

export class StageFailure extends Schema.TaggedError<StageFailure>()("StageFailure", {
  kind: Schema.Literal("transient", "data", "operator"),
  reason: Schema.String,
  advice: Schema.String,
}) {
  override get message() {
    return `${this.reason} ${this.advice}`
  }
}
