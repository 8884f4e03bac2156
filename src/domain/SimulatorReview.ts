/** What a judge found simulated users to have done wrong. A conversation without a review is missing, never faultless. */
import { Schema } from "effect"
import { ArtifactRef } from "./Artifact.ts"
import { ModelSpec } from "./ModelSpec.ts"

/** What a simulated user can do wrong (after tau2-bench's review; paper 3.6). */
export const ErrorTag = Schema.Literal(
  "hallucination",
  "revealed-early",
  "withheld",
  "ended-early",
  "ended-late",
  "left-the-role",
  "left-the-intent",
  "contradiction",
  "repetition",
  "unnatural",
  "other",
)
export type ErrorTag = typeof ErrorTag.Type

/** Whether it changed what became of the conversation: for the assistant, against it, or not. */
export const Severity = Schema.Literal("critical-helped", "critical-hindered", "minor")
export type Severity = typeof Severity.Type

export const SimulatorError = Schema.Struct({
  /** User turns, the opening being 1. */
  turn: Schema.Int,
  tag: ErrorTag,
  severity: Severity,
  reason: Schema.String,
})
export type SimulatorError = typeof SimulatorError.Type

export const SimulatorReviewResult = Schema.TaggedStruct("SimulatorReview", {
  judge: ModelSpec,
  /** SHA-256 of the words of the prompt. */
  prompt: Schema.String,
  asked: Schema.Int,
  reviewed: Schema.Int,
  /** Why conversations have no review. */
  missing: Schema.Array(Schema.Struct({ reason: Schema.String, count: Schema.Int })),
  /** Reviewed conversations without an error, and those with a critical one. */
  faultless: Schema.Int,
  critical: Schema.Int,
  errors: Schema.Array(
    Schema.Struct({ tag: ErrorTag, severity: Severity, count: Schema.Int, conversations: Schema.Int }),
  ),
  /** JSONL: one record for each conversation that was asked about. */
  rows: ArtifactRef,
  seconds: Schema.Number,
})
export type SimulatorReviewResult = typeof SimulatorReviewResult.Type
