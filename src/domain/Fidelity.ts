/**
 * How much a simulated user is like the real ones, in numbers. Shares and overlaps are in percent where a field says
 * so; what can't be had is null, never zero.
 */
import { Schema } from "effect"
import { ArtifactRef } from "./Artifact.ts"
import { Dropped, EndingCounts, FailureCount, RefusalCounts } from "./Results.ts"

const orNull = Schema.NullOr(Schema.Number)

/**
 * A mean with its 95% percentile bootstrap interval, whole conversations resampled. `n` counts what was averaged,
 * `conversations` what it lies in; with one of them there are no bounds.
 */
export const Estimate = Schema.Struct({
  mean: Schema.Number,
  low: orNull,
  high: orNull,
  n: Schema.Int,
  conversations: Schema.Int,
})
export type Estimate = typeof Estimate.Type

/** What real users' words cost a model. The ends of turns are in `perplexityWithEnds` alone. */
export const Surprise = Schema.Struct({
  /** exp(nats per token of the words). */
  perplexity: Estimate,
  /** Bits per UTF-8 byte of the words: the unit in which models with different tokenizers can be compared. */
  bitsPerByte: Estimate,
  /** As `perplexity`, the end of each turn counted as one more token. */
  perplexityWithEnds: Schema.Number,
})
export type Surprise = typeof Surprise.Type

/** Of held-out user turns under the simulator's model, the same turns told the intent and not told it. */
export const Likelihood = Schema.Struct({
  conversations: Schema.Int,
  turns: Schema.Int,
  tokens: Schema.Int,
  bytes: Schema.Int,
  /** Conversations, and turns at the end of long ones, that were not scored. */
  leftOut: Dropped,
  withIntent: Schema.NullOr(Surprise),
  withoutIntent: Schema.NullOr(Surprise),
  /** Bits per byte with the intent less those without, paired by conversation: below 0 where knowing it helps. */
  difference: Schema.NullOr(Estimate),
})
export type Likelihood = typeof Likelihood.Type

/** 100 (1 - mean pairwise Jaccard similarity) of the words of first turns, with a jackknife interval over turns. */
export const Diversity = Schema.Struct({
  turns: Schema.Int,
  pairs: Schema.Int,
  /** Turns without a word, which are left out. */
  blank: Schema.Int,
  percent: orNull,
  low: orNull,
  high: orNull,
})
export type Diversity = typeof Diversity.Type

/** Words of turns. */
export const Lengths = Schema.Struct({
  turns: Schema.Int,
  mean: orNull,
  p10: orNull,
  median: orNull,
  p90: orNull,
})
export type Lengths = typeof Lengths.Type

/** `distance` is the mean number of words by which one side's turns would have to change to be as long as the other's. */
const BothLengths = Schema.Struct({ simulated: Lengths, human: Lengths, distance: orNull })

/** First turns that the simulator wrote from intents, beside those of the same conversations' real users. */
export const Openings = Schema.Struct({
  asked: Schema.Int,
  written: Schema.Int,
  simulated: Diversity,
  human: Diversity,
  lengths: BothLengths,
  refusals: RefusalCounts,
  failures: Schema.Array(FailureCount),
})
export type Openings = typeof Openings.Type

/** Percent of the words of user turns that are the intent's, stop words aside. `turn` 0 is the opening. */
export const Overlap = Schema.Struct({
  byTurn: Schema.Array(
    Schema.Struct({ turn: Schema.Int, simulated: Schema.NullOr(Estimate), human: Schema.NullOr(Estimate) }),
  ),
  /** Over all turns after the opening; the difference is simulated less human, paired by conversation. */
  simulated: Schema.NullOr(Estimate),
  human: Schema.NullOr(Estimate),
  difference: Schema.NullOr(Estimate),
})
export type Overlap = typeof Overlap.Type

/**
 * When conversations end. A real user ends after the last of its turns; beyond `limit` nobody is asked, so both sides
 * count min(turns, limit). Conversations that ended otherwise (failures, length) are not compared.
 */
export const EndingComparison = Schema.Struct({
  limit: Schema.Int,
  /** How all simulated conversations ended. */
  kinds: EndingCounts,
  compared: Schema.Int,
  /** Conversations by user turns. */
  turns: Schema.Array(Schema.Struct({ turns: Schema.Int, simulated: Schema.Int, human: Schema.Int })),
  /** Share of conversations in which the user left before the limit. */
  left: Schema.Struct({ simulated: Schema.NullOr(Estimate), human: Schema.NullOr(Estimate) }),
  /** Mean user turns; the difference is simulated less human, paired by conversation. */
  mean: Schema.Struct({ simulated: Schema.NullOr(Estimate), human: Schema.NullOr(Estimate) }),
  difference: Schema.NullOr(Estimate),
  /** Total variation between the two distributions of turns: 0 where they are one, 1 where they share nothing. */
  distance: orNull,
})
export type EndingComparison = typeof EndingComparison.Type

/** A simulator beside the real users of held-out conversations. */
export const FidelityResult = Schema.TaggedStruct("Fidelity", {
  likelihood: Schema.NullOr(Likelihood),
  /** Why there is no likelihood; null where there is one. */
  noLikelihood: Schema.NullOr(Schema.String),
  openings: Openings,
  overlap: Overlap,
  lengths: BothLengths,
  endings: EndingComparison,
  /** JSONL: a record for each conversation that was scored, opening that was written, and conversation that was read. */
  rows: Schema.Struct({ scores: Schema.NullOr(ArtifactRef), openings: ArtifactRef, talks: ArtifactRef }),
  seconds: Schema.Number,
})
export type FidelityResult = typeof FidelityResult.Type
