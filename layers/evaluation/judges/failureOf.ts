/** What a judge's failure counts as. */
import type { LlmError } from "../../../src/domain/LlmError.ts"
import { JudgeFailure } from "../../../src/domain/WildBench.ts"
import { reasonOf } from "../../generation/dataFailures.ts"

export const failureOf = (error: LlmError): JudgeFailure => {
  const reason = reasonOf(error)
  return JudgeFailure.literals.find((known) => known === reason) ?? "other"
}
