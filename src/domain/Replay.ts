/**
 * What a simulator wrote in the place of real users, turn by turn after what they had really said, and how that compares
 * with what they wrote. What can't be had is null, never zero.
 */
import { Schema } from "effect"
import { ArtifactRef } from "./Artifact.ts"
import { Personas } from "./Persona.ts"
import { FailureCount, RefusalCounts } from "./Results.ts"

const orNull = Schema.NullOr(Schema.Number)

/** Each side's own mean, and the mean difference, simulated less human. */
const Sides = Schema.Struct({ human: orNull, simulated: orNull, difference: orNull })

/** Ends in place, before it, and not there. */
const Termination = Schema.Struct({
  right: Schema.Int,
  early: Schema.Int,
  missed: Schema.Int,
  precision: orNull,
  recall: orNull,
  f1: orNull,
})

/** See `terminations`. */
const Terminations = Schema.Struct({
  firstEnd: Termination,
  everyPlace: Termination,
  sessions: Schema.Struct({
    right: Schema.Int,
    early: Schema.Int,
    never: Schema.Int,
    open: Schema.Int,
    missing: Schema.Int,
  }),
  tooEarly: Schema.Struct({ mean: orNull, n: Schema.Int }),
})

/** The paper's measures turn by turn; divergences in nats. */
const Paired = Schema.Struct({
  words: Sides,
  charactersPerWord: Sides,
  typoRate: Sides,
  partsOfSpeech: orNull,
  punctuation: orNull,
  letterCase: orNull,
  sentiment: orNull,
  embedding: orNull,
})

/** A distance of all simulated turns from all real ones, beside that of real users from one another. */
const BesideFloor = Schema.Struct({
  measure: Schema.String,
  unit: Schema.String,
  distance: orNull,
  crossed: orNull,
  floor: orNull,
  floorHigh: orNull,
})

const FeatureSides = Schema.Struct({ feature: Schema.String, block: Schema.String, human: orNull, simulated: orNull })

export const ReplayResult = Schema.TaggedStruct("Replay", {
  personas: Personas,
  /** Conversations that were replayed, the places in them that were asked, openings among them, and their users. */
  conversations: Schema.Int,
  places: Schema.Int,
  users: Schema.Int,
  /** Places without an answer: what failed, and where guardrails refused every draw. */
  missing: Schema.Int,
  refusals: RefusalCounts,
  failures: Schema.Array(FailureCount),
  termination: Terminations,
  paired: Paired,
  features: Schema.Array(FeatureSides),
  /** Sørensen-Dice similarity of the features of each block, 0 to 1. */
  similarities: Schema.Array(Schema.Struct({ block: Schema.String, similarity: orNull })),
  distances: Schema.Array(BesideFloor),
  /** See `toldApart`; null where users are too few. */
  toldApart: Schema.optional(
    Schema.NullOr(
      Schema.Struct({
        auc: Schema.Number,
        low: orNull,
        high: orNull,
        conversations: Schema.Int,
        users: Schema.Int,
      }),
    ),
  ),
  /** The embedding model, where one was asked for. */
  embedding: Schema.NullOr(Schema.String),
  /** JSONL: one record for each conversation. */
  rows: ArtifactRef,
  seconds: Schema.Number,
})
export type ReplayResult = typeof ReplayResult.Type
