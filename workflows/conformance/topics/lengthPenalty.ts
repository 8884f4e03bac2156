import { Schema } from "effect"
import { pythonFixed } from "../../../layers/evaluation/pythonRound.ts"
import { choiceScores, penaliseLength, scoreTwoOrders } from "../../../layers/evaluation/wildbench/lengthPenalty.ts"
import { isEmpty, isTruncated, outputLength } from "../../../layers/evaluation/wildbench/outputs.ts"
import { wbReward } from "../../../layers/evaluation/wildbench/WbReward.ts"
import type { ComparedAnswer, VerdictCounts, WbReward } from "../../../layers/evaluation/wildbench/WbReward.ts"
import { wbScore } from "../../../layers/evaluation/wildbench/WbScore.ts"
import { difference, topic } from "../Topic.ts"

const Choice = Schema.Literal("A++", "A+", "A=B", "B+", "B++")
const Repeated = Schema.Struct({ char: Schema.String, count: Schema.Int, suffix: Schema.optional(Schema.String) })
const Output = Schema.Union(Schema.String, Repeated)
const Task = Schema.Struct({
  id: Schema.String,
  primary_tag: Schema.String,
  secondary_tags: Schema.Array(Schema.String),
})
const Penalty = Schema.Struct({
  op: Schema.Literal("penalty"),
  choice: Choice,
  len_A: Schema.Int,
  len_B: Schema.Int,
  K: Schema.Int,
})
const Rescore = Schema.Struct({
  op: Schema.Literal("rescore"),
  K: Schema.Int,
  rows: Schema.Array(
    Schema.Struct({
      len1: Schema.Int,
      len2: Schema.Int,
      order1: Schema.NullOr(Choice),
      order2: Schema.NullOr(Choice),
      judge_failed: Schema.optional(Schema.Boolean),
    }),
  ),
})
const Reward = Schema.Struct({
  op: Schema.Literal("wb_reward"),
  K: Schema.Int,
  tasks: Schema.Array(Task),
  rows: Schema.Array(
    Schema.Struct({
      session_id: Schema.String,
      test_output: Output,
      ref_output: Output,
      winner: Schema.Literal("test", "ref", "tie"),
      extent: Schema.Int,
    }),
  ),
})
const Score = Schema.Struct({
  op: Schema.Literal("wb_score"),
  tasks: Schema.Array(Task),
  rows: Schema.Array(Schema.Struct({ session_id: Schema.String, score: Schema.Number, output: Output })),
})

/** WB-Reward with and without a length margin, choices in two orders, WB-Score by category. */
export const lengthPenaltyTopic = topic(Schema.Union(Penalty, Rescore, Reward, Score), (input, expected) =>
  difference(outcome(input), expected, 1e-12),
)

const outcome = (input: typeof Penalty.Type | typeof Rescore.Type | typeof Reward.Type | typeof Score.Type) => {
  switch (input.op) {
    case "penalty": {
      const choice = penaliseLength(input.choice, input.len_A, input.len_B, input.K)
      return { choice, score: choiceScores[choice] }
    }
    case "rescore":
      return rescored(input)
    case "wb_reward":
      return rewards(input)
    case "wb_score":
      return scores(input)
  }
}

const rescored = ({ K, rows }: typeof Rescore.Type) => {
  const given = rows.map(({ len1, len2, order1, order2, judge_failed }) => ({
    length1: len1,
    length2: len2,
    order2,
    order1: judge_failed === true ? null : order1,
  }))
  const { scores, n, reward, wins, ties, losses } = scoreTwoOrders(given, K)
  const percents = (value: number, digits: number) => pythonFixed(value * 100, digits)
  return {
    final_score_model1: scores,
    n,
    printed: {
      length_penalty_K: String(K),
      "Tasks evaluated": String(n),
      "WB-Reward": `${(reward ?? 0) < 0 ? "" : "+"}${percents(reward ?? 0, 2)}`,
      "Win rate (model1)": `${percents(n === 0 ? 0 : wins / n, 1)}%`,
      "Wins / Ties / Losses": `${wins} / ${ties} / ${losses}`,
    },
  }
}

const textOf = (output: typeof Output.Type) =>
  typeof output === "string" ? output : output.char.repeat(output.count) + (output.suffix ?? "")

const rewards = ({ K, tasks, rows }: typeof Reward.Type) => {
  const answers = rows.map((row): ComparedAnswer => {
    const [test, reference] = [textOf(row.test_output), textOf(row.ref_output)]
    const much = row.extent === 2
    const verdict =
      row.winner === "tie" ? "tie" : row.winner === "test" ? (much ? "win_much" : "win") : much ? "lose_much" : "lose"
    const incomplete = [test, reference].some((text) => isTruncated(text) || isEmpty(text))
    const lengths = { testLength: outputLength(test), referenceLength: outputLength(reference) }
    return { verdict, ...lengths, incomplete, ...tagsOf(tasks, row.session_id) }
  })
  const lengthMargin = K >= 0 ? K : undefined
  const leaderboard = wbReward(answers, { lengthMargin })
  const viewer = wbReward(answers, { lengthMargin, skipIncomplete: false })
  return {
    leaderboard: leaderboard && {
      ...inTheirNames(leaderboard, K),
      task_categorized_results: leaderboard.categoryCounts,
      task_categorized_rewards: leaderboard.categoryRewards,
      task_macro_reward: leaderboard.taskMacroReward,
    },
    viewer: viewer && inTheirNames(viewer, K),
  }
}

const inTheirNames = ({ total, reward, averageLength, ...rest }: WbReward, K: number) => {
  const { win_much, win, tie, lose, lose_much }: VerdictCounts = rest
  return { win_much, win, tie, lose, lose_much, total, reward, avg_len: averageLength, K }
}

const tagsOf = (tasks: ReadonlyArray<typeof Task.Type>, id: string) => {
  const task = tasks.find((task) => task.id === id)
  return task === undefined ? {} : { tags: { primaryTag: task.primary_tag, secondaryTags: task.secondary_tags } }
}

const scores = ({ tasks, rows }: typeof Score.Type) => {
  const found = wbScore(
    rows.map(({ session_id, score, output }) => {
      const text = textOf(output)
      const incomplete = text === "" || isTruncated(text)
      return { score, length: outputLength(text), incomplete, ...tagsOf(tasks, session_id) }
    }),
  )
  return (
    found && {
      score: found.score,
      adjusted_score: found.adjustedScore,
      task_macro_score: found.taskMacroScore,
      adjusted_task_macro_score: found.taskMacroScore,
      task_categorized_scores: found.categoryScores,
      total: found.rows,
      avg_len: found.averageLength,
    }
  )
}
