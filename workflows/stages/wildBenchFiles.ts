/** What the WildBench stages read and write, and tasks with the answers to them. */
import { Effect, Stream } from "effect"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import {
  WildBenchAnswer,
  WildBenchPair,
  WildBenchScore,
  WildBenchTask,
  WildBenchVerdict,
} from "../../src/domain/WildBench.ts"
import type { AnsweredTasks, WildBenchAnswersResult } from "../../src/domain/WildBench.ts"
import { StageFailure } from "../../src/index.ts"
import { lines } from "./conversations.ts"

export const tasks = lines(WildBenchTask)
export const answers = lines(WildBenchAnswer)
export const verdicts = lines(WildBenchVerdict)
export const scores = lines(WildBenchScore)
export const pairs = lines(WildBenchPair)

/** What results name as judged. */
export const answeredTasks = ({ tasks, answers }: WildBenchAnswersResult): AnsweredTasks => ({ tasks, answers })

/** Tasks with the answers of one assistant, or of several to the same tasks, in the tasks' order. */
export const withAnswers = (ref: ArtifactRef, given: ReadonlyArray<Pick<WildBenchAnswersResult, "answers">>) =>
  given
    .reduce<TasksWithAnswers>(
      (rows, one) =>
        Stream.zipWith(rows, answers.stream(one.answers), ({ task, answers: before }, answer) => ({
          task,
          answers: [...before, answer],
        })),
      Stream.map(tasks.stream(ref), (task) => ({ task, answers: [] })),
    )
    .pipe(
      Stream.mapEffect((row) =>
        row.answers.every(({ session }) => session === row.task.session)
          ? Effect.succeed(row)
          : StageFailure.make({
              kind: "operator",
              reason: `Answers to task ${row.task.session} are in another order than the tasks.`,
              advice: "They are of other tasks: give answers to the same ones.",
            }),
      ),
    )

type TasksWithAnswers = Stream.Stream<
  { readonly task: WildBenchTask; readonly answers: ReadonlyArray<WildBenchAnswer> },
  Stream.Stream.Error<ReturnType<typeof tasks.stream>>,
  Stream.Stream.Context<ReturnType<typeof tasks.stream>>
>
