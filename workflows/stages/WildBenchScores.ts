/** One judge's score from 1 to 10 for each answer: WB-Score. */
import { Effect, Schema } from "effect"
import { falseClaim, nameJudge } from "../../layers/evaluation/judges/family.ts"
import { scoreJudge } from "../../layers/evaluation/judges/ScoreJudge.ts"
import { scorePromptHash } from "../../layers/evaluation/judges/scorePrompt.ts"
import { isIncomplete } from "../../layers/evaluation/wildbench/outputs.ts"
import {
  EvaluationJudge,
  WildBenchAnswer,
  WildBenchAnswersResult,
  WildBenchScore,
  WildBenchScoresResult,
  WildBenchTask,
} from "../../src/domain/WildBench.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { inBatches } from "./inBatches.ts"
import { JudgeCounts, judging, judgingInput, noEndpoint, refuseJudgments, summedJudgments } from "./judgments.ts"
import { judgeDemand } from "./wildBenchDemands.ts"
import { answeredTasks, withAnswers } from "./wildBenchFiles.ts"
import type { Answered } from "./wildBenchVerdict.ts"

export const WildBenchScores = Stage.make({
  name: "WildBenchScores",
  version: 2,
  input: { answers: Step.of(WildBenchAnswersResult), judge: EvaluationJudge, ...judgingInput },
  output: WildBenchScoresResult,
  check: ({ answers, judge }) => noEndpoint(judge) ?? falseClaim([judge], answers),
  run: ({ answers, judge, maxFailureShare, ...options }) =>
    Effect.gen(function* () {
      const named = nameJudge(judge)
      const step = yield* Shard.stepId
      const ask = scoreJudge(judge.model, { ...options, step })
      const { rows, counts, seconds } = yield* inBatches({
        items: withAnswers(answers.tasks, [answers]),
        item: Schema.Struct({ task: WildBenchTask, answers: Schema.Array(WildBenchAnswer) }),
        row: WildBenchScore,
        size: 50,
        work: Effect.succeed(({ task, answers: [answer] }: Answered) =>
          Effect.map(
            answer?.output == null ? Effect.succeed(null) : ask({ task, output: answer.output }),
            (verdict): WildBenchScore => ({
              session: task.session,
              primaryTag: task.primaryTag,
              secondaryTags: task.secondaryTags,
              length: answer?.length ?? 0,
              incomplete: answer !== undefined && isIncomplete(answer),
              verdict,
              failure: answer?.failure ?? null,
            }),
          ),
        ),
        counts: JudgeCounts,
        count: (given) =>
          judging(
            named.name,
            given.flatMap(({ verdict }) => (verdict === null ? [] : [verdict.failure])),
          ),
        refuse: refuseJudgments(maxFailureShare),
      })
      const { model, count } = answers
      const { judgeFailures } = summedJudgments(counts)
      const about = { model, judge: named, prompt: scorePromptHash, count, answered: answeredTasks(answers) }
      return WildBenchScoresResult.make({ ...about, scores: rows, judgeFailures, seconds })
    }),
  estimate: ({ answers, judge, maxTokens }, sizeOf) => {
    const size = sizeOf(answers)
    const demand = { count: size, maxTokens, answers: 1, items: 11, written: 120 }
    return { size, demands: [judgeDemand(judge.model, demand)] }
  },
})
