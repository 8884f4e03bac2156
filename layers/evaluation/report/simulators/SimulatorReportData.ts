/** Every number of a report on simulators, and nothing of how it looks. What is unknown is null, never zero. */
import { Schema, Struct } from "effect"
import { Ending, Message } from "../../../../src/domain/Conversation.ts"
import { FidelityResult } from "../../../../src/domain/Fidelity.ts"
import { FailureCount, Opening, RefusalCounts } from "../../../../src/domain/Results.ts"
import { RolloutFailure } from "../../../../src/domain/Rollout.ts"
import { RealFloors } from "../../fidelity/realFloors.ts"
import { Provenance, SimulatorKind } from "../ReportData.ts"
import { LikenessData } from "./likenessData.ts"

const measures = Struct.omit(FidelityResult.fields, "_tag", "rows", "seconds")

/** One simulator beside the real users. The real users' numbers are those of the same conversations. */
export const FidelityRow = Schema.Struct({
  simulator: Schema.String,
  ...measures,
  /** How far these real users are from one another. */
  floors: Schema.optional(RealFloors),
})
export type FidelityRow = typeof FidelityRow.Type

/** What became of the conversations of a simulator. */
export const OutcomeRow = Schema.Struct({
  simulator: Schema.String,
  conversations: Schema.Int,
  /** Draws of user turns that guardrails refused. */
  refusals: RefusalCounts,
  failures: Schema.Array(FailureCount),
})
export type OutcomeRow = typeof OutcomeRow.Type

/** A conversation of a simulator, or of the real user (`simulator` null) whose opening or intent it has. */
export const TalkSample = Schema.Struct({
  simulator: Schema.NullOr(Schema.String),
  prompt: Schema.String,
  persona: Schema.NullOr(Schema.String),
  intent: Schema.NullOr(Schema.String),
  /** The real users' as far as simulated ones come; `turns` counts all user turns. */
  messages: Schema.Array(Message),
  turns: Schema.Int,
  ending: Schema.NullOr(Ending),
  closing: Schema.NullOr(Schema.String),
  failure: Schema.NullOr(RolloutFailure),
})
export type TalkSample = typeof TalkSample.Type

export const SimulatorReportData = Schema.Struct({
  title: Schema.NullOr(Schema.String),
  simulators: Schema.Array(
    Schema.Struct({
      label: Schema.String,
      kind: SimulatorKind,
      model: Schema.String,
      opening: Opening,
      /** Names of its personas; null where they mean nothing to it. */
      personas: Schema.NullOr(Schema.String),
      /** What stands before its conversations. */
      told: Schema.String,
    }),
  ),
  personas: Schema.Array(Schema.Struct({ name: Schema.String, prompt: Schema.String })),
  /** The held-out part: by which preset, how many, and what its preparation says of itself. */
  split: Schema.Struct({
    preset: Schema.String,
    conversations: Schema.Int,
    users: Schema.Int,
    notes: Schema.Array(Schema.String),
  }),
  fidelity: Schema.Array(FidelityRow),
  outcomes: Schema.Array(OutcomeRow),
  /** Where simulators were replayed, probed, reviewed, or set beside a utility. */
  likeness: Schema.optional(LikenessData),
  drift: Schema.Array(Schema.Struct({ label: Schema.String, nats: Schema.Number })),
  samples: Schema.Array(TalkSample),
  provenance: Schema.Array(Provenance),
})
export type SimulatorReportData = typeof SimulatorReportData.Type
