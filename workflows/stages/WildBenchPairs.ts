/** One judge's preference between two assistants' answers to each task, asked in both orders: WB-Reward. */
import { Effect, Schema } from "effect"
import { falseClaim, nameJudge } from "../../layers/evaluation/judges/family.ts"
import { pairJudge } from "../../layers/evaluation/judges/PairJudge.ts"
import { pairPromptHash } from "../../layers/evaluation/judges/pairPrompt.ts"
import { isIncomplete } from "../../layers/evaluation/wildbench/outputs.ts"
import {
  EvaluationJudge,
  WildBenchAnswer,
  WildBenchAnswersResult,
  WildBenchPair,
  WildBenchPairsResult,
  WildBenchTask,
} from "../../src/domain/WildBench.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { inBatches } from "./inBatches.ts"
import { JudgeCounts, judging, judgingInput, noEndpoint, refuseJudgments, summedJudgments } from "./judgments.ts"
import { judgeDemand } from "./wildBenchDemands.ts"
import { answeredTasks, withAnswers } from "./wildBenchFiles.ts"
import type { Answered } from "./wildBenchVerdict.ts"

export const WildBenchPairs = Stage.make({
  name: "WildBenchPairs",
  version: 2,
  input: {
    /** Whose reward it is, and whom it is compared with. */
    test: Step.of(WildBenchAnswersResult),
    reference: Step.of(WildBenchAnswersResult),
    judge: EvaluationJudge,
    ...judgingInput,
  },
  output: WildBenchPairsResult,
  check: ({ test, reference, judge }) =>
    noEndpoint(judge) ?? falseClaim([judge], test) ?? falseClaim([judge], reference),
  run: ({ test, reference, judge, maxFailureShare, ...options }) =>
    Effect.gen(function* () {
      const named = nameJudge(judge)
      const step = yield* Shard.stepId
      const ask = pairJudge(judge.model, { ...options, step })
      const { rows, counts, seconds } = yield* inBatches({
        items: withAnswers(test.tasks, [test, reference]),
        item: Schema.Struct({ task: WildBenchTask, answers: Schema.Array(WildBenchAnswer) }),
        row: WildBenchPair,
        size: 50,
        work: Effect.succeed(({ task, answers }: Answered) => {
          const [own, other] = answers
          const [first, second] = [own?.output ?? null, other?.output ?? null]
          return Effect.map(
            first === null || second === null ? Effect.succeed(null) : ask({ task, first, second }),
            (verdict): WildBenchPair => ({
              session: task.session,
              primaryTag: task.primaryTag,
              secondaryTags: task.secondaryTags,
              testLength: own?.length ?? 0,
              referenceLength: other?.length ?? 0,
              incomplete: answers.some(isIncomplete),
              verdict,
            }),
          )
        }),
        counts: JudgeCounts,
        count: (given) =>
          judging(
            named.name,
            given.flatMap(({ verdict }) => (verdict?.orders ?? []).map(({ failure }) => failure)),
          ),
        refuse: refuseJudgments(maxFailureShare),
      })
      const { judgeFailures } = summedJudgments(counts)
      const about = { model: test.model, reference: reference.model, judge: named, prompt: pairPromptHash }
      const answered = { test: answeredTasks(test), reference: answeredTasks(reference) }
      return WildBenchPairsResult.make({ ...about, answered, count: test.count, pairs: rows, judgeFailures, seconds })
    }),
  estimate: ({ test, judge, maxTokens }, sizeOf) => {
    const size = sizeOf(test)
    const demand = { count: 2 * size, maxTokens, answers: 2, items: 11, written: 150 }
    return { size, demands: [judgeDemand(judge.model, demand)] }
  },
})
