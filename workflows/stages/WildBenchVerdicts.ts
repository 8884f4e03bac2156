/**
 * What judges say of answers, criterion by criterion: each judge of each item, and what most of the panel say (paper
 * 1.8: two of three). Verdicts that are missing stay missing.
 */
import { Effect, Schema } from "effect"
import { chatChecklistJudge, tokenChecklistJudge } from "../../layers/evaluation/judges/ChecklistJudge.ts"
import type { JudgeOptions } from "../../layers/evaluation/judges/ChecklistJudge.ts"
import { checklistPromptHash } from "../../layers/evaluation/judges/checklistPrompt.ts"
import { falseClaim, nameJudge } from "../../layers/evaluation/judges/family.ts"
import { Policies } from "../../layers/training/Policies.ts"
import { modelIdentity } from "../../src/domain/ModelSpec.ts"
import { FailureCount } from "../../src/domain/Results.ts"
import {
  EvaluationJudge,
  JudgeFailureCount,
  WildBenchAnswer,
  WildBenchAnswersResult,
  WildBenchTask,
  WildBenchVerdict,
  WildBenchVerdictsResult,
} from "../../src/domain/WildBench.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { isRemote } from "./casting.ts"
import { failureCounts } from "./counts.ts"
import { asStageFailure } from "./failures.ts"
import { inBatches } from "./inBatches.ts"
import { MaxFailureShare, trialFailureShare } from "./missing.ts"
import { refuseVerdicts } from "./refuseVerdicts.ts"
import { checklistDemand, tasksUnder } from "./wildBenchDemands.ts"
import { answeredTasks, withAnswers } from "./wildBenchFiles.ts"
import { itemsPerTask } from "./WildBenchTasks.ts"
import { itemCounts, judgeAnswer, judgeFailureCounts, summedFailures } from "./wildBenchVerdict.ts"

export const WildBenchVerdicts = Stage.make({
  name: "WildBenchVerdicts",
  version: 2,
  input: {
    answers: Step.of(WildBenchAnswersResult),
    /** An odd number, so that a full panel always decides. The paper has three. */
    judges: Schema.NonEmptyArray(EvaluationJudge),
    /** Of a judge's answer, its thoughts included where the endpoint counts them. */
    maxTokens: Schema.Int.pipe(Schema.positive(), Schema.optionalWith({ default: () => 8192 })),
    /** Share of verdicts (a judge on an answer) that may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: WildBenchVerdictsResult,
  check: ({ answers, judges }) => repeatedJudge(judges) ?? falseClaim(judges, answers),
  run: ({ answers, judges, maxFailureShare, ...judging }) =>
    Effect.gen(function* () {
      const named = judges.map(nameJudge)
      const step = yield* Shard.stepId
      const { rows, counts, seconds } = yield* inBatches({
        items: withAnswers(answers.tasks, [answers]),
        item: Schema.Struct({ task: WildBenchTask, answers: Schema.Array(WildBenchAnswer) }),
        row: WildBenchVerdict,
        size: 25,
        work: asStageFailure(
          Effect.map(
            Effect.forEach(judges, ({ model }) => judgeOf(model, { ...judging, step })),
            judgeAnswer,
          ),
        ),
        counts: Counts,
        count: (given) => ({
          items: itemCounts(given),
          asked: given.reduce((sum, row) => sum + row.judges.length, 0),
          judgeFailures: judgeFailureCounts(named, given),
          failures: failureCounts(given.flatMap(({ failure }) => (failure === null ? [] : [{ ...failure, count: 1 }]))),
        }),
        refuse: (found, isTrial) =>
          refuseVerdicts(summed(found), isTrial ? Math.max(trialFailureShare, maxFailureShare) : maxFailureShare),
      })
      const { asked: _, ...totals } = summed(counts)
      const { model, count } = answers
      const about = { model, judges: named, prompt: checklistPromptHash, count, answered: answeredTasks(answers) }
      return WildBenchVerdictsResult.make({ ...about, verdicts: rows, ...totals, seconds })
    }),
  estimate: ({ answers, judges, maxTokens }, sizeOf) => {
    const size = sizeOf(answers)
    const tasks = tasksUnder(answers)
    const items = tasks === undefined ? 11 : itemsPerTask(tasks)
    return { size, demands: judges.map(({ model }) => checklistDemand(model, size, items, maxTokens)) }
  },
})

/** As text behind an endpoint, in tokens for all other models. */
const judgeOf = Effect.fnUntraced(function* (model: EvaluationJudge["model"], options: JudgeOptions) {
  if (isRemote(model)) return chatChecklistJudge(model, options)
  const policies = yield* Policies
  return tokenChecklistJudge(yield* policies.base(model), options)
})

export const repeatedJudge = (judges: ReadonlyArray<EvaluationJudge>) => {
  const names = judges.map(({ model }) => modelIdentity(model))
  const repeated = names.find((name, i) => names.indexOf(name) !== i)
  return repeated === undefined ? undefined : `the judge ${repeated} is named twice: its verdicts would count double`
}

const Counts = Schema.Struct({
  items: WildBenchVerdictsResult.fields.items,
  /** A judge on an answer. */
  asked: Schema.Int,
  judgeFailures: Schema.Array(JudgeFailureCount),
  failures: Schema.Array(FailureCount),
})
type Counts = typeof Counts.Type

const summed = (counts: ReadonlyArray<Counts>): Counts => {
  const total = (of: (one: Counts) => number) => counts.reduce((sum, one) => sum + of(one), 0)
  return {
    items: {
      satisfied: total(({ items }) => items.satisfied),
      unsatisfied: total(({ items }) => items.unsatisfied),
      missing: total(({ items }) => items.missing),
    },
    asked: total(({ asked }) => asked),
    judgeFailures: summedFailures(counts.flatMap(({ judgeFailures }) => judgeFailures)),
    failures: failureCounts(counts.flatMap(({ failures }) => failures)),
  }
}
