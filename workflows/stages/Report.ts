/**
 * The numbers of a report from the results of an experiment and the transcripts under them, as one artifact. Rendering
 * it adds what the journal and the ledger know of the run, so that a report costs nothing and never goes stale.
 */
import { Effect, Schema } from "effect"
import { ReportJson } from "../../layers/evaluation/report/ReportData.ts"
import { ReportResult } from "../../src/domain/Results.ts"
import { ArtifactStore, Estimate, Shard, Stage } from "../../src/index.ts"
import { asStageFailure } from "./failures.ts"
import { Inputs, reportProblem } from "./reportInputs.ts"
import { reportData } from "./reportNumbers.ts"

export const Report = Stage.make({
  name: "Report",
  version: 1,
  input: Inputs.fields,
  output: ReportResult,
  check: reportProblem,
  run: (input) =>
    Shard.once(
      "report",
      ReportResult,
      Effect.gen(function* () {
        const data = yield* reportData(input)
        const json = yield* asStageFailure(Schema.encode(ReportJson)(data))
        const store = yield* ArtifactStore
        return ReportResult.make({ data: yield* asStageFailure(store.put(Buffer.from(json))) })
      }),
    ),
  estimate: () => Estimate.free(1),
})
