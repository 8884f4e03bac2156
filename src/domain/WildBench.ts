/**
 * Single-turn tasks with checklists (WildBench, arXiv 2406.04770; paper 1.8), what assistants answer to them and what
 * judges say of the answers. Lengths are Unicode code points. A verdict that is missing is null, never false.
 */
import { Schema } from "effect"
import { ArtifactRef } from "./Artifact.ts"
import { Message } from "./Conversation.ts"
import { ModelSpec } from "./ModelSpec.ts"
import { Dropped, FailureCount } from "./Results.ts"
import { RolloutFailure } from "./Rollout.ts"

/** Tags of a task as the data set has them; categories are made of them. */
const tags = { primaryTag: Schema.String, secondaryTags: Schema.Array(Schema.String) }

export const WildBenchTask = Schema.Struct({
  /** The data set's own id, by which a task is the same everywhere. */
  session: Schema.NonEmptyString,
  /** Roles alternate from the user; the last message is the user's, which is answered. */
  messages: Schema.Array(Message),
  checklist: Schema.NonEmptyArray(Schema.NonEmptyString),
  ...tags,
  intent: Schema.optional(Schema.String),
  language: Schema.optional(Schema.String),
  /** Answers that the data set has, by model. */
  references: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
})
export type WildBenchTask = typeof WildBenchTask.Type

/** `tasks` is JSONL of `WildBenchTask`; `items` counts those of all checklists. */
export const WildBenchTasksResult = Schema.TaggedStruct("WildBenchTasks", {
  tasks: ArtifactRef,
  count: Schema.Int,
  items: Schema.Int,
  /** Tasks by primary tag. */
  tags: Schema.Record({ key: Schema.String, value: Schema.Int }),
  skipped: Dropped,
})
export type WildBenchTasksResult = typeof WildBenchTasksResult.Type

/** What an assistant answered to one task. */
export const WildBenchAnswer = Schema.Struct({
  session: Schema.NonEmptyString,
  ...tags,
  /** Null where the model gave none: `failure` says why and by whom. */
  output: Schema.NullOr(Schema.String),
  length: Schema.Int,
  /** It ended at the token limit. It is judged all the same. */
  truncated: Schema.Boolean,
  tokens: Schema.Int,
  failure: Schema.NullOr(RolloutFailure),
  /** Identity of the model that answered, and the journal's key of the call. */
  model: Schema.NullOr(Schema.String),
  key: Schema.NullOr(Schema.String),
  seed: Schema.Int,
})
export type WildBenchAnswer = typeof WildBenchAnswer.Type

/** `answers` is JSONL of `WildBenchAnswer`, one for each task in the tasks' order. */
export const WildBenchAnswersResult = Schema.TaggedStruct("WildBenchAnswers", {
  tasks: ArtifactRef,
  answers: ArtifactRef,
  /** The model, or the base of the one that was trained. */
  model: ModelSpec,
  count: Schema.Int,
  /** Answers that end at the token limit. */
  truncated: Schema.Int,
  /** Tasks without an answer. */
  failures: Schema.Array(FailureCount),
  seconds: Schema.Number,
})
export type WildBenchAnswersResult = typeof WildBenchAnswersResult.Type

/** What was judged, as artifacts: `answers` has a row for each of the `tasks`, in their order. */
export const AnsweredTasks = Schema.Struct({ tasks: ArtifactRef, answers: ArtifactRef })
export type AnsweredTasks = typeof AnsweredTasks.Type

/**
 * A model that judges. `family` is what its relatives share (default: the name's first letters, "gpt" of "gpt-5-mini").
 * `heldOut`: no model of that family, nor of the one that its own name says, gave rewards in the training of what is
 * judged; a false claim is refused.
 */
export const EvaluationJudge = Schema.Struct({
  model: ModelSpec,
  family: Schema.optional(Schema.NonEmptyString),
  heldOut: Schema.Boolean.pipe(Schema.optionalWith({ default: () => false })),
})
export type EvaluationJudge = typeof EvaluationJudge.Type

/** A judge as results name it. `by`: one answer in JSON, or whether "Yes" or "No" is the likelier word for each item. */
export const NamedJudge = Schema.Struct({
  name: Schema.String,
  family: Schema.String,
  heldOut: Schema.Boolean,
  by: Schema.Literal("answer", "likelihood"),
})
export type NamedJudge = typeof NamedJudge.Type

/**
 * Why a judge's verdicts are missing. `incomplete`: some items have one and others none, or two that contradict each
 * other.
 */
export const JudgeFailure = Schema.Literal("invalid output", "incomplete", "refused", "context overflow", "other")
export type JudgeFailure = typeof JudgeFailure.Type

/** One judge on one answer. */
export const ItemVerdicts = Schema.Struct({
  /** By item; null is missing. */
  satisfied: Schema.Array(Schema.NullOr(Schema.Boolean)),
  /** By item, where the judge gave reasons. */
  reasons: Schema.optional(Schema.Array(Schema.String)),
  failure: Schema.NullOr(JudgeFailure),
  /** Journal keys of the calls that the verdicts were read from. */
  keys: Schema.Array(Schema.String),
})
export type ItemVerdicts = typeof ItemVerdicts.Type

/** One answer as all judges saw it. */
export const WildBenchVerdict = Schema.Struct({
  session: Schema.NonEmptyString,
  ...tags,
  checklist: Schema.Array(Schema.String),
  length: Schema.Int,
  truncated: Schema.Boolean,
  /** Why there was nothing to judge. By the assistant: no item is satisfied. By the infrastructure: all are missing. */
  failure: Schema.NullOr(RolloutFailure),
  /** In the order of the result's judges; empty where there was nothing to judge. */
  judges: Schema.Array(ItemVerdicts),
  /** What the judges come to, by item. */
  satisfied: Schema.Array(Schema.NullOr(Schema.Boolean)),
})
export type WildBenchVerdict = typeof WildBenchVerdict.Type

export const JudgeFailureCount = Schema.Struct({ judge: Schema.String, reason: JudgeFailure, count: Schema.Int })

export const WildBenchVerdictsResult = Schema.TaggedStruct("WildBenchVerdicts", {
  model: ModelSpec,
  judges: Schema.Array(NamedJudge),
  /** SHA-256 of the words that judges are asked with, for provenance. */
  prompt: Schema.String,
  /** JSONL of `WildBenchVerdict`. */
  verdicts: ArtifactRef,
  answered: Schema.optional(AnsweredTasks),
  count: Schema.Int,
  /** Of all checklists, and what the judges came to. `missing` have no majority. */
  items: Schema.Struct({ satisfied: Schema.Int, unsatisfied: Schema.Int, missing: Schema.Int }),
  /** Answers that a judge gave no verdict, or not all, by judge and reason. */
  judgeFailures: Schema.Array(JudgeFailureCount),
  /** Answers that were not there to be judged. */
  failures: Schema.Array(FailureCount),
  seconds: Schema.Number,
})
export type WildBenchVerdictsResult = typeof WildBenchVerdictsResult.Type

/** A comparison in one order, from the first answer's side: A is the first answer here, wherever it stood. */
export const OrderVerdict = Schema.Struct({
  choice: Schema.NullOr(Schema.Literal("A++", "A+", "A=B", "B+", "B++")),
  reason: Schema.String,
  key: Schema.NullOr(Schema.String),
  failure: Schema.NullOr(JudgeFailure),
})
export type OrderVerdict = typeof OrderVerdict.Type

/** `outcome` is the first answer's. `position-inconsistent`: each order preferred another answer; it counts as a tie. */
export const PairVerdict = Schema.Struct({
  orders: Schema.Tuple(OrderVerdict, OrderVerdict),
  outcome: Schema.Literal("win", "tie", "loss", "position-inconsistent", "missing"),
})
export type PairVerdict = typeof PairVerdict.Type

export const ScoreVerdict = Schema.Struct({
  score: Schema.NullOr(Schema.Int),
  reason: Schema.String,
  key: Schema.NullOr(Schema.String),
  failure: Schema.NullOr(JudgeFailure),
})
export type ScoreVerdict = typeof ScoreVerdict.Type

/** What the rows of scores and pairs have in common. */
const judgedRow = { session: Schema.NonEmptyString, ...tags }

/** `verdict` is null where there was no answer to judge. */
export const WildBenchScore = Schema.Struct({
  ...judgedRow,
  length: Schema.Int,
  /** Truncated, or none by the assistant's own doing. */
  incomplete: Schema.Boolean,
  verdict: Schema.NullOr(ScoreVerdict),
  /** Why there is no answer. By the assistant: it scores the least. By the infrastructure: its score is missing. */
  failure: Schema.NullOr(RolloutFailure).pipe(Schema.optionalWith({ default: () => null })),
})
export type WildBenchScore = typeof WildBenchScore.Type

export const WildBenchScoresResult = Schema.TaggedStruct("WildBenchScores", {
  model: ModelSpec,
  judge: NamedJudge,
  prompt: Schema.String,
  /** JSONL of `WildBenchScore`. */
  scores: ArtifactRef,
  answered: Schema.optional(AnsweredTasks),
  count: Schema.Int,
  judgeFailures: Schema.Array(JudgeFailureCount),
  seconds: Schema.Number,
})
export type WildBenchScoresResult = typeof WildBenchScoresResult.Type

/** `verdict` is the test model's; null where one of the two answers was not there. */
export const WildBenchPair = Schema.Struct({
  ...judgedRow,
  testLength: Schema.Int,
  referenceLength: Schema.Int,
  /** Either answer is truncated, or was not given by its assistant's own doing. */
  incomplete: Schema.Boolean,
  verdict: Schema.NullOr(PairVerdict),
})
export type WildBenchPair = typeof WildBenchPair.Type

export const WildBenchPairsResult = Schema.TaggedStruct("WildBenchPairs", {
  model: ModelSpec,
  reference: ModelSpec,
  judge: NamedJudge,
  prompt: Schema.String,
  /** JSONL of `WildBenchPair`. */
  pairs: ArtifactRef,
  answered: Schema.optional(Schema.Struct({ test: AnsweredTasks, reference: AnsweredTasks })),
  count: Schema.Int,
  /** Of single calls: each pair is asked about in two orders. */
  judgeFailures: Schema.Array(JudgeFailureCount),
  seconds: Schema.Number,
})
export type WildBenchPairsResult = typeof WildBenchPairsResult.Type
