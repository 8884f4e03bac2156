/** Failures of the trainer as those of the models on it: what samples and scores fail with. */
import type { LlmError } from "../../src/domain/LlmError.ts"
import { ContextOverflow, Misconfigured, Unavailable } from "../../src/domain/LlmError.ts"
import type { TrainerError } from "../../src/domain/TrainerError.ts"
import { saysOverflow } from "../llm/saysOverflow.ts"

export type PolicyError = LlmError | TrainerError

export const unavailable = (endpoint: string, model: string, detail: string) =>
  Unavailable.make({ endpoint, model, detail })

export const misconfigured = (endpoint: string, model: string, detail: string) =>
  Misconfigured.make({ endpoint, model, detail, advice: "" })

export const toLlmError = (error: PolicyError, model: string): LlmError => {
  switch (error._tag) {
    case "TrainerUnavailable":
    case "ModelLost":
      return unavailable(error.endpoint, model, error.message)
    case "TrainerRejected":
    case "TrainingFailed":
      // A conversation that outgrows the context is an outcome of its own; of a training request nothing is known.
      return error.request === "asample" && saysOverflow(error.detail)
        ? ContextOverflow.make({ endpoint: error.endpoint, model, detail: error.detail })
        : misconfigured(error.endpoint, model, error.message)
    case "TrainerConflict":
    case "TrainerMisunderstood":
      return misconfigured(error.endpoint, model, error.message)
    default:
      return error
  }
}
