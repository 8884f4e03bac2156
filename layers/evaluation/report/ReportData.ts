/**
 * Every number of a report, and nothing of how it looks. Rewards and shares are in [0, 1], perplexities are
 * exp(nats per token), `kl` is in nats, times are in seconds. What is unknown is null, never zero.
 */
import { Schema } from "effect"
import { Sha256 } from "../../../src/domain/Artifact.ts"
import { Ending, Message } from "../../../src/domain/Conversation.ts"
import { FailureCount, Perplexity } from "../../../src/domain/Results.ts"
import { CheckResult, RolloutFailure } from "../../../src/domain/Rollout.ts"
import { WildBenchReport } from "./wildbench/WildBenchReport.ts"

const orNull = Schema.NullOr(Schema.Number)
const measures = Schema.Record({ key: Schema.String, value: Schema.Number })

export const SimulatorKind = Schema.Literal(
  "role-play",
  "fine-tuned",
  "fine-tuned, served",
  "defined by the experiment",
)
export type SimulatorKind = typeof SimulatorKind.Type

/** A mean with its percentile bootstrap interval. `n` counts rollouts, or prompts where sides are paired. */
const estimate = { mean: orNull, low: orNull, high: orNull, n: Schema.Int }

/** Labels of the experiment file; `heldOut` columns are those that no assistant was trained with. */
const cell = {
  assistant: Schema.String,
  simulator: Schema.String,
  persona: Schema.String,
  heldOut: Schema.Boolean,
}

/** One metric of one cell over its rollouts with a verdict; `missing` have none, by no fault of the assistant. */
export const MatrixRow = Schema.Struct({ ...cell, metric: Schema.String, ...estimate, missing: Schema.Int })
export type MatrixRow = typeof MatrixRow.Type

/** What an assistant scored above the `initial` model that it was trained from, paired by prompt. */
export const Gain = Schema.Struct({ ...cell, initial: Schema.String, metric: Schema.String, ...estimate })
export type Gain = typeof Gain.Type

/**
 * The gain with the own simulator less the mean gain with the others, paired by prompt (paper 3.9): how much of what
 * was learnt does not carry over.
 */
export const Generalisation = Schema.Struct({ assistant: Schema.String, own: Schema.String, ...estimate })
export type Generalisation = typeof Generalisation.Type

/** The mean over seeds of a way of training's gains, with Student's t interval; null with one seed. */
const overSeeds = {
  method: Schema.String,
  simulator: Schema.String,
  persona: Schema.String,
  heldOut: Schema.Boolean,
  seeds: Schema.Int,
  /** Labels of all that the mean is of, one for each seed and way of training; unknown in data without them. */
  assistants: Schema.optional(Schema.Array(Schema.String)),
  mean: Schema.Number,
  low: orNull,
  high: orNull,
  pValue: orNull,
}
export const SeedGain = Schema.Struct(overSeeds)
export type SeedGain = typeof SeedGain.Type

/** What `method` gained above `against`, seed by seed. `adjusted` is the p-value by Holm. */
export const SeedContrast = Schema.Struct({ ...overSeeds, against: Schema.String, adjusted: orNull })
export type SeedContrast = typeof SeedContrast.Type

/** Mean reward of `assistant` less that of `against`, paired by prompt. */
export const PairedContrast = Schema.Struct({ ...cell, against: Schema.String, ...estimate })
export type PairedContrast = typeof PairedContrast.Type

/** pass^1, pass^2, ... for rewards of at least `success`, over prompts; see `passHatCurve`. */
export const Reliability = Schema.Struct({
  ...cell,
  success: Schema.Number,
  prompts: Schema.Int,
  passHat: Schema.Array(Schema.Number),
  missing: Schema.Int,
})
export type Reliability = typeof Reliability.Type

/** Of a cell's mean reward, with single conversations resampled. */
export const ConversationInterval = Schema.Struct({ ...cell, low: orNull, high: orNull, n: Schema.Int })
export type ConversationInterval = typeof ConversationInterval.Type

/**
 * Of the judges of a rubric reward, over the conversations of the matrix. Scores are those that they give, from 0 to 10;
 * `missing` counts how often a judge that was asked gave none, `failures` why. `difference` is the first judge's mean
 * less the second's where both gave one.
 */
export const JudgeAgreement = Schema.Struct({
  alpha: orNull,
  judges: Schema.Array(
    Schema.Struct({
      judge: Schema.String,
      scores: Schema.Int,
      missing: Schema.Int,
      mean: orNull,
      failures: Schema.optional(Schema.Array(Schema.Struct({ reason: Schema.String, count: Schema.Int }))),
    }),
  ),
  pairs: Schema.Array(
    Schema.Struct({
      first: Schema.String,
      second: Schema.String,
      conversations: Schema.Int,
      difference: orNull,
      spearman: orNull,
    }),
  ),
  /** SHA-256 of the words that judges were asked with, where transcripts tell. */
  prompts: Schema.optional(Schema.Array(Schema.Struct({ sha256: Schema.String, judges: Schema.Array(Schema.String) }))),
})
export type JudgeAgreement = typeof JudgeAgreement.Type

/** Mean reward of a cell, and what it and the gain would be if rollouts without a verdict had scored 0. */
export const Sensitivity = Schema.Struct({
  ...cell,
  rollouts: Schema.Int,
  missing: Schema.Int,
  mean: orNull,
  ifZero: orNull,
  gain: orNull,
  gainIfZero: orNull,
})
export type Sensitivity = typeof Sensitivity.Type

/** Words in user turns after the opening, which is real everywhere. `real` are the held-out users themselves. */
export const TurnLengths = Schema.Struct({
  real: Schema.Boolean,
  simulator: Schema.NullOr(Schema.String),
  persona: Schema.NullOr(Schema.String),
  turns: Schema.Int,
  mean: orNull,
  p10: orNull,
  median: orNull,
  p90: orNull,
})
export type TurnLengths = typeof TurnLengths.Type

export const EndingRow = Schema.Struct({
  simulator: Schema.String,
  persona: Schema.String,
  ending: Ending,
  count: Schema.Int,
})
export type EndingRow = typeof EndingRow.Type

export const CurvePoint = Schema.Struct({
  iteration: Schema.Int,
  reward: Schema.Number,
  kl: Schema.Number,
  rollouts: Schema.Int,
  failed: Schema.Int,
  measures,
  seconds: Schema.Struct({ sampling: Schema.Number, training: Schema.Number, saving: Schema.Number }),
})
export type CurvePoint = typeof CurvePoint.Type

export const Curve = Schema.Struct({ assistant: Schema.String, points: Schema.Array(CurvePoint) })
export type Curve = typeof Curve.Type

/** Rewards are means on validation; `chosen` and `after` count iterations from 1. */
export const TrainingRow = Schema.Struct({
  assistant: Schema.String,
  rule: Schema.NullOr(Schema.String),
  chosen: Schema.NullOr(Schema.Int),
  stoppedEarly: Schema.Boolean,
  checkpoints: Schema.Array(
    Schema.Struct({ after: Schema.Int, reward: orNull, behind: orNull, standardError: orNull }),
  ),
  notes: Schema.Array(Schema.String),
})
export type TrainingRow = typeof TrainingRow.Type

/** One conversation of a cell. The same prompts are shown in every cell, chosen before any reward was known. */
export const Sample = Schema.Struct({
  ...cell,
  prompt: Schema.String,
  messages: Schema.Array(Message),
  ending: Ending,
  reward: orNull,
  measures,
  checks: Schema.Array(CheckResult),
  failure: Schema.NullOr(RolloutFailure),
})
export type Sample = typeof Sample.Type

/** Rollouts without a verdict, or at the floor, in training (where `simulator` is null) or in a cell. */
export const FailureRow = Schema.Struct({
  assistant: Schema.String,
  simulator: Schema.NullOr(Schema.String),
  persona: Schema.NullOr(Schema.String),
  ...FailureCount.fields,
  /** Rollouts among which they are. */
  rollouts: Schema.Int,
})
export type FailureRow = typeof FailureRow.Type

/** Draws of simulated users' turns that guardrails refused, in training (where `simulator` is null) or in a cell. */
export const RefusalRow = Schema.Struct({
  assistant: Schema.String,
  simulator: Schema.NullOr(Schema.String),
  persona: Schema.NullOr(Schema.String),
  reason: Schema.String,
  count: Schema.Int,
  /** Rollouts among which they are. */
  rollouts: Schema.Int,
})
export type RefusalRow = typeof RefusalRow.Type

/** A row's step, as `stepLabels` names it, and the transcripts (SHA-256 of their artifacts) under its numbers. */
export const Provenance = Schema.Struct({ label: Schema.String, transcripts: Schema.Array(Sha256) })
export type Provenance = typeof Provenance.Type

export const ReportData = Schema.Struct({
  title: Schema.NullOr(Schema.String),
  /** What the experiment is to tell. */
  question: Schema.optional(Schema.String),
  simulators: Schema.Array(Schema.Struct({ label: Schema.String, kind: SimulatorKind, model: Schema.String })),
  assistants: Schema.Array(
    Schema.Struct({
      label: Schema.String,
      kind: Schema.Literal("initial", "trained"),
      model: Schema.String,
      /** The simulator that it was trained with, where that is known. */
      trainedWith: Schema.NullOr(Schema.String),
      /** Equal in all that were trained alike but for the seed, where the experiment says so. */
      way: Schema.optional(Schema.String),
    }),
  ),
  personas: Schema.Array(Schema.Struct({ name: Schema.String, prompt: Schema.String })),
  /** How intervals were made; whole users are resampled where users are known, else whole prompts. */
  bootstrap: Schema.Struct({
    resamples: Schema.Int,
    seed: Schema.Int,
    confidence: Schema.Number,
    cluster: Schema.Literal("user", "prompt"),
  }),
  matrix: Schema.Array(MatrixRow),
  gains: Schema.Array(Gain),
  generalisation: Schema.Array(Generalisation),
  seedGains: Schema.optional(Schema.Array(SeedGain)),
  seedContrasts: Schema.optional(Schema.Array(SeedContrast)),
  contrasts: Schema.optional(Schema.Array(PairedContrast)),
  reliability: Schema.optional(Schema.Array(Reliability)),
  byConversation: Schema.optional(Schema.Array(ConversationInterval)),
  judgeAgreement: Schema.optional(JudgeAgreement),
  sensitivity: Schema.Array(Sensitivity),
  perplexity: Schema.Array(Schema.Struct({ simulator: Schema.String, ...Perplexity.fields })),
  /** Probability of ending where the user ended, before and after fine-tuning. */
  ending: Schema.Array(Schema.Struct({ simulator: Schema.String, before: orNull, after: orNull })),
  turnLengths: Schema.Array(TurnLengths),
  endings: Schema.Array(EndingRow),
  curves: Schema.Array(Curve),
  /** How checkpoints were chosen where there was something to choose, and what is to be said of a training. */
  trainings: Schema.optional(Schema.Array(TrainingRow)),
  /** Of simulators and assistants whose training came out differently when it was replayed, in nats. */
  drift: Schema.optionalWith(Schema.Array(Schema.Struct({ label: Schema.String, nats: Schema.Number })), {
    default: () => [],
  }),
  samples: Schema.Array(Sample),
  failures: Schema.Array(FailureRow),
  refusals: Schema.optionalWith(Schema.Array(RefusalRow), { default: () => [] }),
  /** Answers to tasks with checklists, where the experiment has any. */
  wildbench: Schema.optional(WildBenchReport),
  provenance: Schema.Array(Provenance),
})
export type ReportData = typeof ReportData.Type

/** How a report's artifact is written. */
export const ReportJson = Schema.parseJson(ReportData)
