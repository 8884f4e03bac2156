/** Whether a simulator stays a user, and stays with what the user wants. What can't be had is null, never zero. */
import { Schema } from "effect"
import { ArtifactRef } from "./Artifact.ts"
import { Dropped, FailureCount } from "./Results.ts"

const orNull = Schema.NullOr(Schema.Number)

/** Of the turns that were judged. Bounds are those of Wilson's 95% interval. */
export const KeptShare = Schema.Struct({
  asked: Schema.Int,
  judged: Schema.Int,
  /** Turns that stay in the part, those among them that left the conversation, and turns that are not judged. */
  kept: Schema.Int,
  left: Schema.Int,
  missing: Schema.Int,
  share: orNull,
  low: orNull,
  high: orNull,
})
export type KeptShare = typeof KeptShare.Type

export const AdherenceResult = Schema.TaggedStruct("Adherence", {
  /** The assistant asks the user to solve a question: turns that don't. */
  role: KeptShare,
  /** How role was judged. */
  roleBy: Schema.Literal("choices", "judge"),
  /** The assistant proposes something else: turns that don't follow. Null without a judge. */
  intent: Schema.NullOr(KeptShare),
  noIntent: Schema.NullOr(Schema.String),
  /** Those of the infrastructure: they count against the share that may fail. */
  failures: Schema.Array(FailureCount),
  /** Why turns have no verdict: the failures, and where every draw was refused. */
  missing: Schema.optional(Dropped),
  /** JSONL: what was asked, said and judged. */
  rows: ArtifactRef,
  seconds: Schema.Number,
})
export type AdherenceResult = typeof AdherenceResult.Type
