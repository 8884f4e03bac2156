/** Assistants compared with each other by their checklists, as tables. */
import { decimal, interval, percent, signed, signedInterval, significant, whole } from "../numbers.ts"
import type { Block, Table } from "../Section.ts"
import { numeric, table } from "./tables.ts"
import { checklistSource } from "./wildBenchSources.ts"
import type { WildBenchReport } from "./WildBenchReport.ts"

/** Nothing where there is one assistant. */
export const pairBlocks = (data: WildBenchReport): ReadonlyArray<Block> =>
  data.pairs.length === 0
    ? []
    : [
        {
          kind: "text",
          text: "Two assistants are compared task by task by how many items each satisfies, on the items that both have a verdict on. The win rate counts ties as half; its interval is Wald's and takes tasks as independent (paper, G.1). The difference is in satisfaction, paired by task: its interval is a percentile bootstrap of tasks (10,000 resamples, seed 0), p of the paired t test, adjusted for the number of pairs (Holm). Both speak of these answers, not of a training method.",
        },
        pairTable(data),
        tallyTable(
          "Assistants compared by category; a task is in all categories of its tags",
          data,
          "category",
          ({ categories = [] }) => categories,
        ),
      ]

export const pairTagTable = (data: WildBenchReport): Table =>
  tallyTable("Assistants compared by primary tag", data, "tag", ({ tags = [] }) => tags, true)

const pairTable = (data: WildBenchReport) =>
  table(
    "Assistants compared by task",
    [
      { name: "first" },
      { name: "second" },
      ...["wins", "ties", "losses", "win rate", "95% interval", "difference", "95%, paired", "p (Holm)"].map((name) =>
        numeric(name),
      ),
      numeric("longer won"),
      numeric("partly"),
      numeric("missing"),
    ],
    data.pairs.map((row) => [
      row.first,
      row.second,
      whole(row.wins),
      whole(row.ties),
      whole(row.losses),
      decimal(row.winRate?.mean ?? null),
      row.winRate === null ? "" : interval(row.winRate),
      signed(row.difference?.mean ?? null, 3),
      row.difference === null ? "" : signedInterval(row.difference),
      significant(row.difference?.p ?? null),
      percent(row.longerWon, row.wins + row.losses),
      whole(row.partly),
      whole(row.missing),
    ]),
    data.pairs.map(({ first, second }) => checklistSource(data, [first, second])),
  )

type Pair = WildBenchReport["pairs"][number]

const tallyTable = (
  caption: string,
  data: WildBenchReport,
  group: "category" | "tag",
  talliesOf: (pair: Pair) => NonNullable<Pair["categories"]>,
  folded = false,
) => {
  const tallies = data.pairs.flatMap((pair) => talliesOf(pair).map((tally) => ({ pair, ...tally })))
  return table(
    caption,
    [
      { name: "first" },
      { name: "second" },
      { name: group },
      ...["tasks", "wins", "ties", "losses"].map((name) => numeric(name)),
    ],
    tallies.map(({ pair, name, wins, ties, losses }) => [
      pair.first,
      pair.second,
      name,
      whole(wins + ties + losses),
      whole(wins),
      whole(ties),
      whole(losses),
    ]),
    tallies.map(({ pair, name }) => checklistSource(data, [pair.first, pair.second], { [group]: name })),
    folded,
  )
}
