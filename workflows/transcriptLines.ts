/** The transcripts of a report's group line by line, in bounded memory: rollouts as they are, tasks with all about them. */
import { Effect, Schema, Stream } from "effect"
import type { TalkGroup } from "../layers/evaluation/report/transcripts/TalkGroup.ts"
import { taskTalk } from "../layers/evaluation/report/transcripts/TaskTalk.ts"
import type { JudgedTask } from "../layers/evaluation/report/transcripts/TaskTalk.ts"
import type { AnsweredBy } from "../layers/evaluation/report/wildbench/WildBenchReport.ts"
import type { ArtifactRef } from "../src/domain/Artifact.ts"
import { ArtifactStore } from "../src/index.ts"
import type { StageFailure } from "../src/index.ts"
import { answers, pairs, scores, tasks, verdicts } from "./stages/wildBenchFiles.ts"

/** Those of one step; the report is written without them. */
export class TranscriptsUnread extends Schema.TaggedError<TranscriptsUnread>()("TranscriptsUnread", {
  detail: Schema.String,
}) {
  override get message() {
    return this.detail
  }
}

/** JSON of a `Rollout`, or of a `TaskTalk` where the group is one of tasks. */
export const transcriptLines = ({
  sha256,
  task,
}: TalkGroup): Stream.Stream<string, TranscriptsUnread, ArtifactStore> =>
  task === undefined ? artifactLines(sha256) : Stream.map(taskTalks(task), (talk) => JSON.stringify(talk))

/** Lines of an artifact that aren't empty. */
export const artifactLines = (sha256: string) =>
  Stream.unwrap(
    Effect.gen(function* () {
      const ref = yield* refOf(sha256)
      return (yield* ArtifactStore).stream(ref)
    }),
  ).pipe(
    Stream.decodeText("utf8"),
    Stream.splitLines,
    Stream.filter((line) => line !== ""),
    Stream.mapError(unread),
  )

const unread = (error: { readonly message: string }) =>
  error instanceof TranscriptsUnread ? error : TranscriptsUnread.make({ detail: error.message })

const refOf = Effect.fnUntraced(function* (sha256: string) {
  const store = yield* ArtifactStore
  const [ref] = yield* store.like(sha256)
  return ref ?? (yield* TranscriptsUnread.make({ detail: `artifact ${sha256} is not in this home` }))
})

/** Row by row: all artifacts have one for each task, in the tasks' order. */
const taskTalks = (from: AnsweredBy) => {
  const answered = Stream.zipWith(
    rowsOf(tasks, from.tasks),
    rowsOf(answers, from.answers),
    (task, answer): JudgedTask => ({ task, answer, scores: [], pairs: [] }),
  )
  const { verdicts: judged } = from
  const decided =
    judged === undefined
      ? answered
      : Stream.zipWith(answered, rowsOf(verdicts, judged.rows), (all, row) => ({
          ...all,
          verdict: { judges: judged.judges, row },
        }))
  const scored = from.scores.reduce(
    (before, { judge, rows }) =>
      Stream.zipWith(before, rowsOf(scores, rows), (all, row) => ({ ...all, scores: [...all.scores, { judge, row }] })),
    decided,
  )
  const compared = from.pairs.reduce(
    (before, { rows, ...of }) =>
      Stream.zipWith(before, rowsOf(pairs, rows), (all, row) => ({ ...all, pairs: [...all.pairs, { ...of, row }] })),
    scored,
  )
  return Stream.mapEffect(compared, (all) =>
    isOfOneTask(all)
      ? Effect.succeed(taskTalk(all))
      : TranscriptsUnread.make({ detail: `what was judged of task ${all.task.session} is in another order` }),
  )
}

const isOfOneTask = ({ task, answer, verdict, scores: scored, pairs: compared }: JudgedTask) =>
  [answer, ...(verdict === undefined ? [] : [verdict.row]), ...[...scored, ...compared].map(({ row }) => row)].every(
    ({ session }) => session === task.session,
  )

const rowsOf = <A>(
  kind: { readonly stream: (ref: ArtifactRef) => Stream.Stream<A, StageFailure, ArtifactStore> },
  sha256: string,
) => Stream.mapError(Stream.unwrap(Effect.map(refOf(sha256), kind.stream)), unread)
