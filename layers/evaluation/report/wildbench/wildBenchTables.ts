/** The WildBench part of a report as tables. */
import { decimal, percent, whole } from "../numbers.ts"
import type { Block, TalkFilter } from "../Section.ts"
import { pairBlocks, pairTagTable } from "./pairTables.ts"
import { numeric, table } from "./tables.ts"
import { scoredBlocks } from "./scoredTables.ts"
import { allChecklists, checklistSource } from "./wildBenchSources.ts"
import type { WildBenchReport } from "./WildBenchReport.ts"

/** In reading order; nothing where the report has no such part. */
export const wildBenchBlocks = (
  data: WildBenchReport | undefined,
  trainingFamilies: ReadonlyArray<string> = [],
): ReadonlyArray<Block> =>
  data === undefined
    ? []
    : [
        { kind: "text", text: explained(data) },
        satisfactionTable(data),
        ...pairBlocks(data),
        categoryTable(data),
        lengthTable(data),
        ...scoredBlocks(data),
        { kind: "text", text: agreementText(data) },
        judgeTable(data, trainingFamilies),
        agreementTable(data),
        failureTable(data),
        tagTable(data),
        pairTagTable(data),
      ]

const explained = ({ judges }: WildBenchReport) =>
  [
    "One answer of each assistant to each task, checked against the task's checklist, item by item.",
    judges.length === 1
      ? "One judge decides."
      : `An item is decided where more than half of the ${judges.length} judges say the same.`,
    "A verdict that is missing is left out of the mean, never counted as a no; the two columns at the right say what the mean would be if all missing ones had been no, and yes.",
    ...(judges.some(({ by }) => by === "likelihood")
      ? [
          'A judge by likelihood is asked whether "Yes" or "No" is its likelier next word. Small models do so whatever the answer says: look at how often such a judge says yes before you read anything into its verdicts.',
        ]
      : []),
  ].join(" ")

const satisfactionTable = (data: WildBenchReport) =>
  table(
    "Satisfaction: mean share of satisfied items by task",
    [
      { name: "assistant" },
      numeric("tasks"),
      numeric("judged", { verdict: "given" }),
      ...["satisfaction", "standard error", "items missing", "if missing were no", "yes"].map((name) => numeric(name)),
    ],
    data.assistants.map((row) => [
      row.assistant,
      whole(row.tasks),
      whole(row.judged),
      decimal(row.mean, 3),
      decimal(row.standardError, 3),
      missingShare(row.items),
      decimal(row.ifMissingNo, 3),
      decimal(row.ifMissingYes, 3),
    ]),
    sourcesOf(data),
  )

const missingShare = ({ satisfied, unsatisfied, missing }: WildBenchReport["assistants"][number]["items"]) =>
  `${whole(missing)} (${percent(missing, satisfied + unsatisfied + missing)})`

const categoryTable = (data: WildBenchReport) =>
  groupTable(
    "Satisfaction by category ± standard error (tasks); a task is in all categories of its tags",
    data,
    "category",
    data.categories,
  )

const tagTable = (data: WildBenchReport) =>
  groupTable("Satisfaction by primary tag ± standard error (tasks)", data, "tag", data.tags, true)

const groupTable = (
  caption: string,
  data: WildBenchReport,
  group: "category" | "tag",
  groups: WildBenchReport["categories"],
  folded = false,
) => {
  const names = [...new Set(groups.map(({ name }) => name))]
  return table(
    caption,
    [{ name: "assistant" }, ...names.map((name) => numeric(name, { [group]: name }))],
    data.assistants.map(({ assistant }) => [
      assistant,
      ...names.map((name) => {
        const found = groups.find((group) => group.assistant === assistant && group.name === name)
        if (found === undefined) return ""
        return `${decimal(found.mean)} ± ${decimal(found.standardError)} (${whole(found.judged)})`
      }),
    ]),
    sourcesOf(data),
    folded,
  )
}

const lengthTable = (data: WildBenchReport) =>
  table(
    "Lengths of answers in characters, over those that are whole",
    [
      { name: "assistant" },
      ...["answers", "mean", "median", "90%"].map((name) => numeric(name, { ending: "answered" })),
      numeric("truncated", { ending: "truncated" }),
      numeric("none", { ending: "no answer" }),
    ],
    data.assistants.map(({ assistant, lengths }) => [
      assistant,
      whole(lengths.n),
      ...[lengths.mean, lengths.median, lengths.p90].map((value) => decimal(value, 0)),
      whole(lengths.truncated),
      whole(lengths.without),
    ]),
    sourcesOf(data),
  )

const agreementText = ({ judges, agreement: { fleiss, krippendorff } }: WildBenchReport) =>
  judges.length < 2
    ? "With one judge there is no agreement to tell."
    : `Agreement beyond chance: Fleiss' kappa ${decimal(fleiss.kappa)} on the ${whole(fleiss.items)} items that every judge has a verdict on, Krippendorff's alpha ${decimal(krippendorff.alpha)} on the ${whole(krippendorff.items)} items with two verdicts or more.`

/** A judge that trained an assistant has taught it its own taste. */
const inTraining = ({ family, heldOut }: WildBenchReport["judges"][number], families: ReadonlyArray<string>) => {
  if (families.includes(family)) return "its family gave rewards"
  if (heldOut) return "held out from it"
  return families.length === 0 ? "not known" : "not among its judges"
}

const judgeTable = (data: WildBenchReport, families: ReadonlyArray<string>) =>
  table(
    "Judges",
    [
      { name: "judge" },
      { name: "family" },
      { name: "in training" },
      { name: "asked for" },
      ...["verdicts", "missing", "say yes"].map((name) => numeric(name)),
    ],
    data.judges.map((judge, i) => {
      const { name, family, by } = judge
      const own = data.agreement.judges[i]
      return [
        name,
        family,
        inTraining(judge, families),
        by === "answer" ? "JSON" : "likelihood",
        whole(own?.verdicts ?? 0),
        whole(own?.missing ?? 0),
        percent(own?.yes ?? 0, own?.verdicts === 0 ? 0 : 1),
      ]
    }),
    data.judges.map(() => allChecklists(data)),
  )

const agreementTable = (data: WildBenchReport) =>
  table(
    "Agreement of judges",
    [{ name: "judge" }, { name: "judge" }, ...["items", "same verdict", "Cohen's kappa"].map((name) => numeric(name))],
    data.agreement.pairs.map(({ first, second, items, same, kappa }) => [
      first,
      second,
      whole(items),
      same === null ? "–" : percent(same, 1),
      decimal(kappa),
    ]),
    data.agreement.pairs.map(() => allChecklists(data)),
  )

/** Counts are of answers. */
const failureTable = (data: WildBenchReport) => {
  const rows = data.assistants.flatMap(({ assistant, tasks, failures, judgeFailures }) => {
    const known = { assistant, tasks }
    return [
      ...failures.map(({ by, reason, count }) => {
        const talks: TalkFilter = { failure: `${by}: ${reason}` }
        return { ...known, by, reason: `answer: ${reason}`, count, talks }
      }),
      ...judgeFailures.map(({ judge, reason, count }) => {
        const talks: TalkFilter = {}
        return { ...known, by: judge, reason: `verdicts: ${reason}`, count, talks }
      }),
    ]
  })
  return table(
    "Answers and verdicts that are missing, by reason; what the assistant caused satisfies no item",
    [{ name: "assistant" }, { name: "caused by" }, { name: "reason" }, numeric("count"), numeric("share of tasks")],
    rows.map(({ assistant, tasks, by, reason, count }) => [assistant, by, reason, whole(count), percent(count, tasks)]),
    rows.map(({ assistant, talks }) => checklistSource(data, [assistant], talks)),
  )
}

/** Of rows that are one for each assistant. */
const sourcesOf = (data: WildBenchReport) => data.assistants.map(({ assistant }) => checklistSource(data, [assistant]))
