/** One answer of an assistant to each task (paper 1.8). The same tasks and seeds for all, so that differences are paired. */
import { Effect, Schema } from "effect"
import { FailureCount, PolicyResult } from "../../src/domain/Results.ts"
import {
  WildBenchAnswer,
  WildBenchAnswersResult,
  WildBenchTask,
  WildBenchTasksResult,
} from "../../src/domain/WildBench.ts"
import { Shard, Stage, Step } from "../../src/index.ts"
import { castAssistant } from "./casting.ts"
import { failureCounts } from "./counts.ts"
import { asStageFailure } from "./failures.ts"
import { inBatches } from "./inBatches.ts"
import { MaxFailureShare, refuseMissing, trialFailureShare } from "./missing.ts"
import { modelOf } from "./rolloutDemands.ts"
import { answerTask } from "./wildBenchAnswer.ts"
import { answerDemand } from "./wildBenchDemands.ts"
import { tasks } from "./wildBenchFiles.ts"

export const WildBenchAnswers = Stage.make({
  name: "WildBenchAnswers",
  version: 1,
  input: {
    tasks: Step.of(WildBenchTasksResult),
    assistant: Step.of(PolicyResult),
    /** Of one answer. */
    maxTokens: Schema.Int.pipe(Schema.positive(), Schema.optionalWith({ default: () => 2048 })),
    temperature: Schema.NonNegative.pipe(Schema.optionalWith({ default: () => 1 })),
    /** Default 1: no cut. */
    topP: Schema.optional(Schema.Number.pipe(Schema.between(0.01, 1))),
    /** A system line for the assistant; the paper uses none. */
    system: Schema.optional(Schema.String),
    /** Share of tasks that the infrastructure may fail; above it the step is suspended. */
    maxFailureShare: MaxFailureShare,
    seed: Schema.Int.pipe(Schema.optionalWith({ default: () => 0 })),
  },
  output: WildBenchAnswersResult,
  run: ({ tasks: { tasks: ref, count }, assistant, maxFailureShare, seed, ...sampling }) =>
    Effect.gen(function* () {
      const step = yield* Shard.stepId
      const { rows, counts, seconds } = yield* inBatches({
        items: tasks.stream(ref),
        item: WildBenchTask,
        row: WildBenchAnswer,
        size: 50,
        work: asStageFailure(
          Effect.map(castAssistant(assistant, sampling, step), (cast) => answerTask(cast.assistant, seed)),
        ),
        counts: Counts,
        count: (given) => ({
          rollouts: given.length,
          truncated: given.filter(({ truncated }) => truncated).length,
          failures: failureCounts(given.flatMap(({ failure }) => (failure === null ? [] : [{ ...failure, count: 1 }]))),
        }),
        refuse: (found, isTrial) =>
          refuseMissing(
            summed(found),
            isTrial ? Math.max(trialFailureShare, maxFailureShare) : maxFailureShare,
            "tasks",
          ),
      })
      const { truncated, failures } = summed(counts)
      const model = assistant._tag === "Assistant" ? assistant.checkpoint.base : assistant.model
      return WildBenchAnswersResult.make({ tasks: ref, answers: rows, model, count, truncated, failures, seconds })
    }),
  estimate: ({ tasks: read, assistant, maxTokens }, sizeOf) => {
    const size = sizeOf(read)
    return { size, demands: [answerDemand(modelOf(assistant), size, maxTokens)] }
  },
})

const Counts = Schema.Struct({
  rollouts: Schema.Int,
  truncated: Schema.Int,
  failures: Schema.Array(FailureCount),
})
type Counts = typeof Counts.Type

const summed = (counts: ReadonlyArray<Counts>): Counts => ({
  rollouts: counts.reduce((sum, { rollouts }) => sum + rollouts, 0),
  truncated: counts.reduce((sum, { truncated }) => sum + truncated, 0),
  failures: failureCounts(counts.flatMap(({ failures }) => failures)),
})
