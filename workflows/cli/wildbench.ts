/** `understudy wildbench score FILE...`: WB-Scores from files of judged answers. */
import { Args, Command } from "@effect/cli"
import { Console, Effect } from "effect"
import { readScoreFile, UnusableScoreFile } from "../../layers/evaluation/wildbench/ScoreFile.ts"
import { wbScore } from "../../layers/evaluation/wildbench/WbScore.ts"
import * as options from "./options.ts"
import { table } from "./text.ts"

const flags = {
  files: Args.text({ name: "file" }).pipe(
    Args.withDescription("A score file: JSONL, one row for each task, named VERSION__JUDGE__MODEL.jsonl"),
    Args.atLeast(1),
  ),
  json: options.json,
}

const score = Command.make("score", flags, ({ files, json }) =>
  Effect.gen(function* () {
    const scored = yield* Effect.forEach(files, scoreOf)
    yield* Console.log(json ? JSON.stringify(scored) : rendered(scored))
  }),
).pipe(
  options.described(
    "Print the WB-Score of each file: mean score (1 to 10), adjusted score ((mean - 5) * 2), and average length in characters over answers that are neither truncated nor empty.",
    "wildbench score v2.0522__gpt-4-turbo-2024-04-09__gemma-2b-it.jsonl --json",
  ),
)

export const wildbench = Command.make("wildbench").pipe(
  Command.withDescription("Score answers to WildBench tasks"),
  Command.withSubcommands([score]),
)

interface Scored {
  readonly file: string
  readonly version: string | null
  readonly judge: string
  readonly model: string
  readonly rows: number
  readonly score: number
  readonly adjustedScore: number
  readonly averageLength: number | null
  /** Rows whose judge gave no score. */
  readonly unscored: number
  /** Null where the file doesn't tell. */
  readonly truncated: number | null
  readonly empty: number
}

const scoreOf = Effect.fnUntraced(function* (file: string) {
  const { answers, version, judge, model, truncated, empty } = yield* readScoreFile(file)
  const found = wbScore(answers)
  if (found === null) return yield* UnusableScoreFile.make({ file, line: 0, detail: "no row has a score" })
  const { rows, score, adjustedScore, averageLength, unscored } = found
  const scored: Scored = {
    file,
    version,
    judge,
    model,
    rows,
    score,
    adjustedScore,
    averageLength,
    unscored,
    truncated,
    empty,
  }
  return scored
})

const rendered = (scored: ReadonlyArray<Scored>) =>
  table(
    [
      { name: "version" },
      { name: "judge" },
      { name: "model" },
      { name: "rows", numeric: true },
      { name: "score", numeric: true },
      { name: "adjusted", numeric: true },
      { name: "length", numeric: true },
      { name: "truncated", numeric: true },
      { name: "empty", numeric: true },
      { name: "unscored", numeric: true },
    ],
    scored.map((row) => [
      row.version ?? "unknown",
      row.judge,
      row.model,
      String(row.rows),
      row.score.toFixed(3),
      row.adjustedScore.toFixed(3),
      row.averageLength?.toFixed(1) ?? "none",
      row.truncated === null ? "unknown" : String(row.truncated),
      String(row.empty),
      String(row.unscored),
    ]),
  )
