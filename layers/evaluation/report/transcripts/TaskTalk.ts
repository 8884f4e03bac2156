/**
 * A task with an assistant's answer and everything that judges said of it, in the form of a conversation: a line of the
 * transcripts beside a report. Pure.
 */
import { Schema } from "effect"
import { Message } from "../../../../src/domain/Conversation.ts"
import { Refusal, RolloutFailure, Turn, Verdict } from "../../../../src/domain/Rollout.ts"
import type {
  WildBenchAnswer,
  WildBenchPair,
  WildBenchScore,
  WildBenchTask,
  WildBenchVerdict,
} from "../../../../src/domain/WildBench.ts"
import { categoriesOf } from "../../wildbench/categories.ts"
import { rateOf } from "../../wildbench/rates.ts"
import { comparisons, itemJudgments, scoreJudgment, TaskJudgment } from "./TaskJudgment.ts"

export const TaskEnding = Schema.Literal("answered", "truncated", "no answer")

export const TaskTalk = Schema.Struct({
  /** The task. */
  prompt: Schema.String,
  sample: Schema.Int,
  persona: Schema.Null,
  /** The task's own, and the answer where there is one. */
  messages: Schema.Array(Message),
  turns: Schema.Array(Schema.Struct({ ...Turn.omit("tokens").fields, tokens: Schema.optional(Schema.Int) })),
  ending: TaskEnding,
  closing: Schema.Null,
  refusals: Schema.Array(Refusal),
  /** The reward is the share of items that are satisfied; null where none is decided. */
  verdict: Schema.NullOr(Verdict),
  failure: Schema.NullOr(RolloutFailure),
  /** The primary tag, and WildBench's categories. */
  tags: Schema.Array(Schema.String),
  judgments: Schema.Array(TaskJudgment),
})
export type TaskTalk = typeof TaskTalk.Type

/** Rows of one task: what was asked, what was answered, and what was said of it. */
export interface JudgedTask {
  readonly task: WildBenchTask
  readonly answer: WildBenchAnswer
  readonly verdict?: { readonly judges: ReadonlyArray<string>; readonly row: WildBenchVerdict }
  readonly scores: ReadonlyArray<{ readonly judge: string; readonly row: WildBenchScore }>
  readonly pairs: ReadonlyArray<{ readonly judge: string; readonly reference: string; readonly row: WildBenchPair }>
}

export const taskTalk = ({ task, answer, verdict, scores, pairs }: JudgedTask): TaskTalk => {
  const { output, model, key, seed, tokens, truncated, failure } = answer
  const rate = verdict === undefined ? null : rateOf(verdict.row.satisfied)
  const given = { model: null, key: null, seed: null, attempts: 0 }
  return {
    prompt: task.session,
    sample: 0,
    persona: null,
    messages: [...task.messages, ...(output === null ? [] : [{ role: "assistant" as const, content: output }])],
    turns: [
      ...task.messages.map(() => given),
      ...(output === null
        ? []
        : [{ model, key, seed, attempts: 0, tokens, finish: truncated ? ("length" as const) : ("stop" as const) }]),
    ],
    ending: output === null ? "no answer" : truncated ? "truncated" : "answered",
    closing: null,
    refusals: [],
    verdict: rate === null ? null : { reward: rate, checks: [], measures: {} },
    failure,
    tags: [task.primaryTag, ...categoriesOf(task)],
    judgments: [
      ...(verdict === undefined ? [] : itemJudgments(verdict.row, verdict.judges)),
      ...scores.map(({ judge, row }) => scoreJudgment(row, judge)),
      ...pairs.flatMap(({ judge, reference, row }) => comparisons(row, judge, reference, failure)),
    ],
  }
}
