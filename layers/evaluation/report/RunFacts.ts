/** What the journal, the ledger and the experiment know of a run: the half of a report that its artifact can't hold. */
import { Schema } from "effect"
import { Role } from "../../../src/domain/ModelSpec.ts"

export const RunFacts = Schema.Struct({
  experiment: Schema.String,
  cells: Schema.Array(
    Schema.Struct({ key: Schema.String, labels: Schema.Record({ key: Schema.String, value: Schema.String }) }),
  ),
  /** Of this package. */
  version: Schema.String,
  /** Step ids by the labels of `stepLabels`. */
  steps: Schema.Record({ key: Schema.String, value: Schema.String }),
  /** `money` in dollars; null where the model has no known price. */
  usage: Schema.Array(
    Schema.Struct({
      role: Role,
      model: Schema.String,
      calls: Schema.Int,
      promptTokens: Schema.Int,
      completionTokens: Schema.Int,
      money: Schema.NullOr(Schema.Number),
    }),
  ),
  /** Time spent by stage, over its steps. Steps overlap. */
  seconds: Schema.Array(Schema.Struct({ stage: Schema.String, steps: Schema.Int, seconds: Schema.Number })),
  /** Requests that failed, those that were tried again included. */
  failures: Schema.Array(Schema.Struct({ role: Role, model: Schema.String, reason: Schema.String, count: Schema.Int })),
  models: Schema.Array(Schema.Struct({ name: Schema.String, revision: Schema.NullOr(Schema.String) })),
  /** Files that the experiment read. */
  data: Schema.Array(Schema.Struct({ name: Schema.String, sha256: Schema.String })),
  /** Rows of the corpus that were left out because they can't be used, where that was asked for. */
  skippedRows: Schema.optional(
    Schema.Array(Schema.Struct({ file: Schema.String, reason: Schema.String, count: Schema.Int })),
  ),
  /** Families of the judges that gave rewards in the experiment's own trainings, where it has such. */
  trainingFamilies: Schema.optional(Schema.Array(Schema.String)),
  /** The experiment's other reports: `folder` is relative to this one's. */
  others: Schema.optional(Schema.Array(Schema.Struct({ title: Schema.String, folder: Schema.String }))),
  /** Calls in flight when a run was killed, and those of them that a later run sent again. */
  interrupted: Schema.Struct({ calls: Schema.Int, sentAgain: Schema.Int }),
})
export type RunFacts = typeof RunFacts.Type
