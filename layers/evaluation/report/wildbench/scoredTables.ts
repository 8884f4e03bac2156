/** WB-Score and WB-Reward as tables, where a report has them. */
import { decimal, signed, whole } from "../numbers.ts"
import type { Block } from "../Section.ts"
import { numeric, table } from "./tables.ts"
import { rewardSource, scoreSource } from "./wildBenchSources.ts"
import type { WildBenchReport } from "./WildBenchReport.ts"

export const scoredBlocks = (data: WildBenchReport): ReadonlyArray<Block> => [
  scoreTable(data),
  ...(data.rewards === undefined
    ? []
    : [
        {
          kind: "text",
          text: "WB-Reward: a judge compares two answers in both orders; much better counts 1, slightly better 0.5, and pairs on which the orders contradict each other are ties. So are pairs with an answer that is truncated or that its assistant did not give (incomplete); where the infrastructure lost an answer, or an order has no verdict, the pair is missing: the two columns at the right say what the reward would be if all of these had been lost, and won, by much. With a margin, a slight preference for an answer that is longer by more than so many characters is a tie. Task macro weighs the five categories as WildBench does.",
        } as const,
      ]),
  rewardTable(data),
]

const scoreTable = (data: WildBenchReport) =>
  table(
    "WB-Score: a judge's scores from 1 to 10; answers that the assistant did not give score 1; adjusted and task macro are (score - 5) times 2",
    [
      { name: "assistant" },
      { name: "judge" },
      ...[
        "answers",
        "score",
        "adjusted",
        "task macro",
        "unscored",
        "at the floor",
        "truncated or none",
        "if unscored were 1",
        "10",
      ].map((name) => numeric(name)),
    ],
    (data.scores ?? []).map((row) => [
      row.assistant,
      row.judge.name,
      whole(row.rows),
      decimal(row.score),
      decimal(row.adjustedScore),
      decimal(row.taskMacroScore),
      whole(row.unscored),
      row.floor === undefined ? "–" : whole(row.floor),
      whole(row.incomplete),
      decimal(row.ifMissingLeast ?? null),
      decimal(row.ifMissingMost ?? null),
    ]),
    (data.scores ?? []).map(({ assistant }) => scoreSource(data, assistant)),
  )

const rewardTable = (data: WildBenchReport) =>
  table(
    "WB-Reward of the first against the second, by length margin",
    [
      { name: "first" },
      { name: "second" },
      { name: "judge" },
      ...[
        "margin",
        "reward",
        "task macro",
        "wins",
        "ties",
        "losses",
        "contradictory",
        "incomplete",
        "missing",
        "if missing were lost",
        "won",
      ].map((name) => numeric(name)),
    ],
    (data.rewards ?? []).map((row) => [
      row.test,
      row.reference,
      row.judge.name,
      row.margin === null ? "none" : whole(row.margin),
      signed(row.reward, 3),
      signed(row.taskMacroReward, 3),
      whole(row.wins),
      whole(row.ties),
      whole(row.losses),
      whole(row.inconsistent),
      whole(row.incomplete),
      whole(row.missing),
      signed(row.ifMissingLost ?? null, 3),
      signed(row.ifMissingWon ?? null, 3),
    ]),
    (data.rewards ?? []).map((row) => rewardSource(data, row)),
  )
