/** Rollouts, answers to tasks and their verdicts as Parquet: what data frames read. Written as transcripts are read, in bounded memory. */
import { Chunk, Effect, Schema, Stream } from "effect"
import type { ParseResult } from "effect"
import type { BasicType } from "hyparquet-writer"
import { join } from "node:path"
import type { AnyReportData } from "../layers/evaluation/report/pageOf.ts"
import type { RunFacts } from "../layers/evaluation/report/RunFacts.ts"
import { isOfRollouts, talkGroups } from "../layers/evaluation/report/transcripts/TalkGroup.ts"
import type { TalkGroup } from "../layers/evaluation/report/transcripts/TalkGroup.ts"
import { TaskTalk } from "../layers/evaluation/report/transcripts/TaskTalk.ts"
import { Rollout } from "../src/domain/Rollout.ts"
import { ReportNotWritten } from "./ReportNotWritten.ts"
import { transcriptLines, TranscriptsUnread } from "./transcriptLines.ts"

/**
 * `rollouts.parquet` has a row for each conversation, `verdicts.parquet` one for each check and measure of it, and for
 * each judge that was asked, or each thing that a judge said of an answer to a task: `passed` and `value` are as
 * `TaskJudgment` says.
 */
export const writeRolloutTables = Effect.fn("writeRolloutTables")(function* (
  data: AnyReportData,
  facts: RunFacts,
  folder: string,
) {
  const { fileWriter, ParquetWriter, schemaFromColumnData } = yield* Effect.promise(() => import("hyparquet-writer"))
  const attempt = <A>(run: () => A) =>
    Effect.try({
      try: run,
      catch: (error) =>
        ReportNotWritten.make({ folder, detail: error instanceof Error ? error.message : String(error) }),
    })
  const table = (name: string, columns: Columns) =>
    attempt(() => {
      const file = join(folder, name)
      const empty = columnData(columns, [])
      const writer = new ParquetWriter({
        writer: fileWriter(file),
        schema: schemaFromColumnData({ columnData: empty }),
      })
      return {
        file,
        write: (rows: ReadonlyArray<Row>) =>
          rows.length === 0 ? Effect.void : attempt(() => void writer.write({ columnData: columnData(columns, rows) })),
        finish: attempt(() => void writer.finish()),
      }
    })
  const rollouts = yield* table("rollouts.parquet", rolloutColumns)
  const verdicts = yield* table("verdicts.parquet", verdictColumns)
  for (const group of talkGroups(data).filter(isOfRollouts)) {
    const place = { ...placeOf(group), step: facts.steps[group.label] ?? null }
    const decode = group.task === undefined ? decodeRollout : decodeTask
    let line = 0
    yield* transcriptLines(group).pipe(
      Stream.mapEffect((text) =>
        Effect.mapError(decode(text), ({ message }) => TranscriptsUnread.make({ detail: message })),
      ),
      Stream.map((rollout) => ({ rollout, line: (line += 1) })),
      Stream.grouped(rowsAtOnce),
      Stream.runForEach((batch) => {
        const read = Chunk.toReadonlyArray(batch)
        return Effect.zipRight(
          rollouts.write(read.map((one) => ({ ...place, line: one.line, ...rolloutRow(one.rollout) }))),
          verdicts.write(
            read.flatMap((one) => verdictRows(one.rollout).map((row) => ({ ...place, line: one.line, ...row }))),
          ),
        )
      }),
      Effect.mapError((error) =>
        error._tag === "ReportNotWritten"
          ? error
          : ReportNotWritten.make({ folder, detail: `transcripts of ${group.label}: ${error.message}` }),
      ),
    )
  }
  yield* rollouts.finish
  yield* verdicts.finish
  return [rollouts.file, verdicts.file]
})

type Row = Readonly<Record<string, string | number | boolean | null>>
type Columns = Readonly<Record<string, BasicType>>

const RolloutLine = Rollout.omit("turns", "calls")
type Talk = typeof RolloutLine.Type | TaskTalk
type Decode = (text: string) => Effect.Effect<Talk, ParseResult.ParseError>

const decodeRollout: Decode = Schema.decode(Schema.parseJson(RolloutLine))
const decodeTask: Decode = Schema.decode(Schema.parseJson(TaskTalk))

const rowsAtOnce = 5000

/** `iteration`, `line` count from 1; `line` is that of the artifact. */
const placeColumns: Columns = {
  kind: "STRING",
  assistant: "STRING",
  simulator: "STRING",
  cell_persona: "STRING",
  iteration: "INT32",
  step: "STRING",
  artifact: "STRING",
  line: "INT32",
  prompt: "STRING",
  sample: "INT32",
}

const rolloutColumns: Columns = {
  ...placeColumns,
  persona: "STRING",
  ending: "STRING",
  reward: "DOUBLE",
  failed_by: "STRING",
  failure: "STRING",
  closing: "STRING",
  refusals: "INT32",
  messages: "STRING",
}

const verdictColumns: Columns = {
  ...placeColumns,
  what: "STRING",
  name: "STRING",
  passed: "BOOLEAN",
  value: "DOUBLE",
  reason: "STRING",
  judge: "STRING",
  failure: "STRING",
}

const placeOf = ({ kind, assistant, simulator, persona, iteration, sha256 }: TalkGroup) => ({
  kind,
  assistant,
  simulator,
  cell_persona: persona,
  iteration,
  artifact: sha256,
})

const rolloutRow = ({ prompt, sample, persona, ending, verdict, failure, closing, refusals, messages }: Talk): Row => ({
  prompt,
  sample,
  persona,
  ending,
  reward: verdict?.reward ?? null,
  failed_by: failure?.by ?? null,
  failure: failure?.reason ?? null,
  closing,
  refusals: refusals.reduce((sum, { count }) => sum + count, 0),
  messages: JSON.stringify(messages),
})

const verdictRows = (talk: Talk): ReadonlyArray<Row> => {
  const { prompt, sample } = talk
  return ("judgments" in talk ? talk.judgments : rewardRows(talk)).map((row) => ({ prompt, sample, ...row }))
}

/** What a judge gave is a row too where the verdict is missing: its value is null where it is the judge's that is. */
const rewardRows = ({ verdict, judges = [] }: typeof RolloutLine.Type): ReadonlyArray<Row> => [
  ...(verdict?.checks ?? []).map(({ check, passed, reason }) => ({
    what: "check",
    name: check,
    passed,
    value: null,
    reason,
  })),
  ...Object.entries(verdict?.measures ?? {}).map(([name, value]) => ({
    what: "measure",
    name,
    passed: null,
    value,
    reason: null,
  })),
  ...judges.map(({ judge, score, failure }) => ({
    what: "judge",
    name: judge,
    judge,
    passed: null,
    value: score,
    reason: null,
    failure,
  })),
]

const columnData = (columns: Columns, rows: ReadonlyArray<Row>) =>
  Object.entries(columns).map(([name, type]) => ({ name, type, data: rows.map((row) => row[name] ?? null) }))
