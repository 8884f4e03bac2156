/** The WildBench part of a report: every number, and nothing of how it looks. Rates are in [0, 1], lengths in code points. */
import { Schema } from "effect"
import { Sha256 } from "../../../../src/domain/Artifact.ts"
import { FailureCount } from "../../../../src/domain/Results.ts"
import { JudgeFailureCount, NamedJudge } from "../../../../src/domain/WildBench.ts"

const orNull = Schema.NullOr(Schema.Number)
const interval = { low: orNull, high: orNull }

/** As `ChecklistSummary` says. */
const summary = {
  tasks: Schema.Int,
  judged: Schema.Int,
  mean: orNull,
  standardError: orNull,
  items: Schema.Struct({ satisfied: Schema.Int, unsatisfied: Schema.Int, missing: Schema.Int }),
  ifMissingNo: orNull,
  ifMissingYes: orNull,
}

const AssistantRow = Schema.Struct({
  assistant: Schema.String,
  ...summary,
  /** As `LengthSummary` says. */
  lengths: Schema.Struct({
    n: Schema.Int,
    mean: orNull,
    median: orNull,
    p90: orNull,
    truncated: Schema.Int,
    without: Schema.Int,
  }),
  /** Tasks without an answer, and answers on which a judge's verdicts are missing. */
  failures: Schema.Array(FailureCount),
  judgeFailures: Schema.Array(JudgeFailureCount),
})

const GroupRow = Schema.Struct({ assistant: Schema.String, name: Schema.String, ...summary })

/** Of the tasks in a category or with a primary tag. */
const GroupTally = Schema.Struct({ name: Schema.String, wins: Schema.Int, ties: Schema.Int, losses: Schema.Int })

/** As `AnswerComparison` says. `p` is adjusted for the number of pairs (Holm). */
const PairRow = Schema.Struct({
  first: Schema.String,
  second: Schema.String,
  wins: Schema.Int,
  ties: Schema.Int,
  losses: Schema.Int,
  n: Schema.Int,
  partly: Schema.Int,
  missing: Schema.Int,
  winRate: Schema.NullOr(Schema.Struct({ mean: Schema.Number, standardError: Schema.Number, ...interval })),
  difference: Schema.NullOr(Schema.Struct({ mean: Schema.Number, p: orNull, ...interval })),
  longerWon: Schema.Int,
  categories: Schema.optional(Schema.Array(GroupTally)),
  tags: Schema.optional(Schema.Array(GroupTally)),
})

/** As `PanelAgreement` says, over the answers of all assistants. */
const Agreement = Schema.Struct({
  pairs: Schema.Array(
    Schema.Struct({
      first: Schema.String,
      second: Schema.String,
      items: Schema.Int,
      same: orNull,
      kappa: orNull,
    }),
  ),
  fleiss: Schema.Struct({ items: Schema.Int, kappa: orNull }),
  krippendorff: Schema.Struct({ items: Schema.Int, alpha: orNull }),
  judges: Schema.Array(Schema.Struct({ judge: Schema.String, verdicts: Schema.Int, missing: Schema.Int, yes: orNull })),
})

const byCategory = Schema.Record({ key: Schema.String, value: Schema.Number })

/**
 * As `WbScore` says: score from 1 to 10, the others (score - 5) * 2. Of the rows, `floor` have no answer by the
 * assistant's own doing and score 1.
 */
const ScoreRow = Schema.Struct({
  assistant: Schema.String,
  judge: NamedJudge,
  rows: Schema.Int,
  unscored: Schema.Int,
  floor: Schema.optional(Schema.Int),
  /** SHA-256 of the judge's prompt. */
  prompt: Schema.optional(Schema.String),
  incomplete: Schema.Int,
  score: orNull,
  adjustedScore: orNull,
  /** The score if every row without one had scored 1, and 10. */
  ifMissingLeast: Schema.optional(orNull),
  ifMissingMost: Schema.optional(orNull),
  categoryScores: byCategory,
  taskMacroScore: orNull,
  judgeFailures: Schema.Array(JudgeFailureCount),
})

/** As `OrdersReward` says, one row for each length margin. */
const RewardRow = Schema.Struct({
  test: Schema.String,
  reference: Schema.String,
  judge: NamedJudge,
  margin: orNull,
  wins: Schema.Int,
  ties: Schema.Int,
  losses: Schema.Int,
  inconsistent: Schema.Int,
  incomplete: Schema.Int,
  missing: Schema.Int,
  reward: orNull,
  /** The reward if every missing pair had been lost by much, and won by much. */
  ifMissingLost: Schema.optional(orNull),
  ifMissingWon: Schema.optional(orNull),
  categoryRewards: byCategory,
  taskMacroReward: orNull,
  /** SHA-256 of the judge's prompt. */
  prompt: Schema.optional(Schema.String),
  judgeFailures: Schema.Array(JudgeFailureCount),
})

const judged = { judge: Schema.String, rows: Sha256 }

/** Artifacts under an assistant's numbers, by SHA-256: its answers to tasks, and what judges said of them, in `rows`. */
export const AnsweredBy = Schema.Struct({
  assistant: Schema.String,
  /** Of the answers, as `stepLabels` names their step. */
  label: Schema.String,
  tasks: Sha256,
  answers: Sha256,
  verdicts: Schema.optional(Schema.Struct({ judges: Schema.Array(Schema.String), rows: Sha256 })),
  scores: Schema.Array(Schema.Struct(judged)),
  pairs: Schema.Array(Schema.Struct({ ...judged, reference: Schema.String })),
})
export type AnsweredBy = typeof AnsweredBy.Type

export const WildBenchReport = Schema.Struct({
  judges: Schema.Array(NamedJudge),
  /** SHA-256 of the judges' prompt. */
  prompt: Schema.String,
  assistants: Schema.Array(AssistantRow),
  categories: Schema.Array(GroupRow),
  tags: Schema.Array(GroupRow),
  pairs: Schema.Array(PairRow),
  agreement: Agreement,
  /** Where answers were scored from 1 to 10, and compared by a judge. */
  scores: Schema.optional(Schema.Array(ScoreRow)),
  rewards: Schema.optional(Schema.Array(RewardRow)),
  answered: Schema.optional(Schema.Array(AnsweredBy)),
})
export type WildBenchReport = typeof WildBenchReport.Type
