import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { taskMacro } from "../../../../layers/evaluation/wildbench/categories.ts"
import { overReferences, rewardScoreAverage } from "../../../../layers/evaluation/wildbench/leaderboard.ts"
import { readScoreFile } from "../../../../layers/evaluation/wildbench/ScoreFile.ts"
import { rewardOf } from "../../../../layers/evaluation/wildbench/WbReward.ts"
import { wbScore } from "../../../../layers/evaluation/wildbench/WbScore.ts"

// WildBench's published verdicts lie beside some checkouts, and are no part of this repository.
const folder = resolve(import.meta.dirname, "../../../../../shared/data/wildbench_scores")

const { Number: Num, String: Str, Struct } = Schema
const Counts = Struct({ win_much: Num, win: Num, tie: Num, lose: Num, lose_much: Num })
const ByName = <A, I>(value: Schema.Schema<A, I>) => Schema.Record({ key: Str, value })
const Index = Struct({
  files: Schema.Array(
    Struct({
      file: Str,
      version: Str,
      judge: Str,
      model: Str,
      rows: Num,
      mean_score: Num,
      avg_len_excluding_truncated_and_empty: Num,
    }),
  ),
})
const Leaderboard = Struct({
  score_json: Struct({
    by_model: ByName(
      Struct({ score: Num, adjusted_score: Num, task_macro_score: Num, task_categorized_scores: ByName(Num) }),
    ),
  }),
  pairwise: Struct({
    by_reference: ByName(
      ByName(
        ByName(
          Struct({
            ...Counts.fields,
            total: Num,
            reward: Num,
            task_macro_reward: Num,
            task_categorized_results: ByName(Counts),
            task_categorized_rewards: ByName(Num),
          }),
        ),
      ),
    ),
  }),
  all_stat_wildbench: ByName(ByName(ByName(Schema.NullOr(Num)))),
})
const read = <A, I>(schema: Schema.Schema<A, I>, name: string) =>
  Schema.decodeUnknownSync(Schema.parseJson(schema))(readFileSync(join(folder, name), "utf8"))

describe.skipIf(!existsSync(folder))("WildBench's published figures", () => {
  it.effect("come out of the rows of the score files, to the last digit", () =>
    Effect.gen(function* () {
      const entries = read(Index, "index.json").files.filter(({ file }) => existsSync(join(folder, file)))
      expect(entries).toHaveLength(12)
      for (const entry of entries) {
        const { answers, version, judge, model } = yield* readScoreFile(join(folder, entry.file))
        expect({ ...wbScore(answers), version, judge, model }).toMatchObject({
          version: entry.version,
          judge: entry.judge,
          model: entry.model,
          rows: entry.rows,
          score: entry.mean_score,
          adjustedScore: (entry.mean_score - 5) * 2,
          averageLength: entry.avg_len_excluding_truncated_and_empty,
        })
      }
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it("come out of the leaderboard's counts and category scores, to the last digit", () => {
    const { score_json, pairwise, all_stat_wildbench } = read(Leaderboard, "leaderboard.json")
    for (const model of Object.values(score_json.by_model)) {
      expect((model.score - 5) * 2).toBe(model.adjusted_score)
      expect(taskMacro(model.task_categorized_scores)).toBe(model.task_macro_score)
    }
    const rows = Object.values(pairwise.by_reference).flatMap((byMargin) =>
      Object.values(byMargin).flatMap(Object.values<(typeof byMargin)[string][string]>),
    )
    expect(rows).toHaveLength(108)
    for (const row of rows) {
      expect(rewardOf(row, row.total)).toBe(row.reward)
      for (const [name, counts] of Object.entries(row.task_categorized_results))
        expect(rewardOf(counts)).toBe(row.task_categorized_rewards[name])
      expect(taskMacro(row.task_categorized_rewards)).toBe(row.task_macro_reward)
    }
    for (const [margin, byModel] of Object.entries(all_stat_wildbench))
      for (const [model, figures] of Object.entries(byModel)) {
        const of = (reference: string) => pairwise.by_reference[reference]?.[margin]?.[model]
        const references = ["haiku", "llama", "gpt4t"].flatMap((name) => of(name) ?? [])
        expect(overReferences(references.map(({ reward }) => reward * 100))).toBe(
          figures[`mixture_of_rewards.${margin}`],
        )
        const macro = overReferences(references.map(({ task_macro_reward }) => task_macro_reward * 100))
        expect(macro).toBe(figures[`task_macro_reward.${margin}`])
        const score = (score_json.by_model[model]?.task_macro_score ?? Number.NaN) * 10
        expect(score).toBe(figures["WB_score.task_macro"])
        expect(rewardScoreAverage(score, macro)).toBe(figures["RewardScore_Avg"])
      }
  })
})
