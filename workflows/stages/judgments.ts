/** What stages of one judge have in common: their settings, and how failures of the judge are counted and refused. */
import { Schema } from "effect"
import { JudgeFailureCount } from "../../src/domain/WildBench.ts"
import type { EvaluationJudge, JudgeFailure } from "../../src/domain/WildBench.ts"
import { isRemote } from "./casting.ts"
import { MaxFailureShare, trialFailureShare } from "./missing.ts"
import { refuseVerdicts } from "./refuseVerdicts.ts"
import { summedFailures } from "./wildBenchVerdict.ts"

export const judgingInput = {
  /** Of a judge's answer, its thoughts included where the endpoint counts them. */
  maxTokens: Schema.Int.pipe(Schema.positive(), Schema.optionalWith({ default: () => 8192 })),
  /** Share of the judge's calls that may fail; above it the step is suspended. */
  maxFailureShare: MaxFailureShare,
  seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
}

export const JudgeCounts = Schema.Struct({ asked: Schema.Int, judgeFailures: Schema.Array(JudgeFailureCount) })
export type JudgeCounts = typeof JudgeCounts.Type

/** Of one judge's calls, null where one went well. */
export const judging = (judge: string, calls: ReadonlyArray<JudgeFailure | null>): JudgeCounts => ({
  asked: calls.length,
  judgeFailures: summedFailures(calls.flatMap((reason) => (reason === null ? [] : [{ judge, reason, count: 1 }]))),
})

export const summedJudgments = (counts: ReadonlyArray<JudgeCounts>): JudgeCounts => ({
  asked: counts.reduce((sum, { asked }) => sum + asked, 0),
  judgeFailures: summedFailures(counts.flatMap(({ judgeFailures }) => judgeFailures)),
})

export const refuseJudgments = (maxFailureShare: number) => (counts: ReadonlyArray<JudgeCounts>, isTrial: boolean) =>
  refuseVerdicts(summedJudgments(counts), isTrial ? Math.max(trialFailureShare, maxFailureShare) : maxFailureShare)

/** Scores and comparisons are answers in JSON. */
export const noEndpoint = ({ model }: EvaluationJudge) =>
  isRemote(model)
    ? undefined
    : `${model.name} is reached in tokens: this judge answers in JSON, so take a model behind an endpoint (Model.openai)`
