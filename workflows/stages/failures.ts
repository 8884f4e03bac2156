/** What the services of a stage fail with, as failures of its shards: kind, what happened, what to do. */
import { Effect } from "effect"
import type { ErrorKind } from "../../src/domain/LlmError.ts"
import { StageFailure } from "../../src/durable/StageFailure.ts"

interface Failure {
  readonly message: string
  readonly kind?: ErrorKind
  /** What `message` says before its advice, where the error has advice of its own. */
  readonly problem?: string
  readonly advice?: string
}

/** Errors without a kind of their own (files, artifacts) need a person. Their messages say what to do. */
export const toStageFailure = ({ kind = "operator", message, problem, advice }: Failure) => {
  if (problem !== undefined && advice !== undefined) return StageFailure.make({ kind, reason: problem, advice })
  const general = kind === "transient" ? "Retry when the service is back." : "Mend it, then retry."
  return StageFailure.make({ kind, reason: message, advice: general })
}

export const asStageFailure = Effect.mapError(toStageFailure)
