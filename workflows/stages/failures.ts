/** What the services of a stage fail with, as failures of its shards: kind, what happened, what to do. */
import { Effect } from "effect"
import type { ErrorKind } from "../../src/domain/LlmError.ts"
import { StageFailure } from "../../src/durable/StageFailure.ts"

interface Failure {
  readonly message: string
  readonly kind?: ErrorKind
}

/** Errors without a kind of their own (files, artifacts) need a person. Their messages say what to do. */
export const toStageFailure = (error: Failure) =>
  StageFailure.make({
    kind: error.kind ?? "operator",
    reason: error.message,
    advice: error.kind === "transient" ? "Retry when the service is back." : "Mend it, then retry.",
  })

export const asStageFailure = Effect.mapError(toStageFailure)
