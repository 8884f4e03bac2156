/** Further looks at the matrix that the experiment asked for. */
import { columnName } from "../findings.ts"
import { decimal, interval, signed, signedInterval, whole } from "../numbers.ts"
import type { ReportData } from "../ReportData.ts"
import { cellSource, contrastSource } from "../rowSources.ts"
import { section, some } from "../sectionParts.ts"
import type { Column, Table } from "../Section.ts"

export const comparisonsSection = (data: ReportData) =>
  section("comparisons", "Assistant against assistant, and how reliably", [
    ...some(
      contrastTable(data),
      "Differences in reward on the same prompts, in each column. They speak of these checkpoints, not of the ways in which they were trained.",
    ),
    ...some(
      reliabilityTable(data),
      "pass^k: the chance that all of k conversations on a prompt reach the reward, averaged over prompts. It falls with k, the faster the less reliable an assistant is.",
    ),
    ...some(
      intervalTable(data),
      "Mean reward with intervals that resample users, and conversations. The second takes every conversation for another user's: where users recur it is narrower than it should be.",
    ),
  ])

const numeric = (name: string): Column => ({ name, numeric: true })

const contrastTable = ({ contrasts = [] }: ReportData): Table => ({
  kind: "table",
  caption: "One assistant against another",
  columns: [
    { name: "assistant" },
    { name: "against" },
    { name: "simulator" },
    numeric("difference"),
    numeric("95% interval"),
    numeric("prompts"),
  ],
  sources: contrasts.map(contrastSource),
  rows: contrasts.map((row) => [
    row.assistant,
    row.against,
    columnName(row),
    signed(row.mean),
    signedInterval(row),
    whole(row.n),
  ]),
})

const reliabilityTable = ({ reliability = [] }: ReportData): Table => {
  const most = Math.max(0, ...reliability.map(({ passHat }) => passHat.length))
  const ks = Array.from({ length: most }, (_, i) => i + 1)
  return {
    kind: "table",
    caption: `Chance that all of k conversations reach a reward of ${decimal(reliability[0]?.success ?? null)}`,
    columns: [
      { name: "assistant" },
      { name: "simulator" },
      ...ks.map((k) => numeric(`pass^${k}`)),
      numeric("prompts"),
      numeric("missing"),
    ],
    sources: reliability.map(cellSource),
    rows: reliability.map((row) => [
      row.assistant,
      columnName(row),
      ...ks.map((k) => decimal(row.passHat[k - 1] ?? null)),
      whole(row.prompts),
      whole(row.missing),
    ]),
  }
}

const intervalTable = ({ byConversation = [], matrix }: ReportData): Table => ({
  kind: "table",
  caption: "Intervals by user and by conversation",
  columns: [
    { name: "assistant" },
    { name: "simulator" },
    numeric("mean"),
    numeric("by user"),
    numeric("by conversation"),
    numeric("conversations"),
  ],
  sources: byConversation.map(cellSource),
  rows: byConversation.map((row) => {
    const same = matrix.find(
      (cell) =>
        cell.metric === "reward" &&
        cell.assistant === row.assistant &&
        cell.simulator === row.simulator &&
        cell.persona === row.persona,
    )
    return [
      row.assistant,
      columnName(row),
      decimal(same?.mean ?? null),
      same === undefined ? "" : interval(same),
      interval(row),
      whole(row.n),
    ]
  }),
})
