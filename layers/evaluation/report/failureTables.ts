/** Tables of what failed, and of what would change if failures had counted as zero. */
import { columnName } from "./findings.ts"
import { decimal, percent, signed, significant, whole } from "./numbers.ts"
import type { FailureRow, ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import { cellSource, narrowed, placeSource, runSource } from "./rowSources.ts"
import type { Column, Table } from "./Section.ts"

const numeric = (name: string): Column => ({ name, numeric: true })

export const failureTable = ({ failures }: ReportData): Table => ({
  kind: "table",
  caption: "Conversations that failed, by reason: the infrastructure's are missing, the assistant's score 0",
  columns: [
    { name: "assistant" },
    { name: "where" },
    { name: "caused by" },
    { name: "reason" },
    numeric("count"),
    numeric("share"),
  ],
  sources: failures.map((row) => narrowed(placeSource(row), { failure: `${row.by}: ${row.reason}` })),
  rows: failures.map(({ by, reason, count, rollouts, ...where }) => [
    where.assistant,
    placeOf(where),
    by,
    reason,
    whole(count),
    percent(count, rollouts),
  ]),
})

export const refusalTable = ({ refusals }: ReportData): Table => ({
  kind: "table",
  caption: "Turns that guardrails refused, by reason: each was drawn again, as often as they allow",
  columns: [
    { name: "assistant" },
    { name: "where" },
    { name: "reason" },
    numeric("draws"),
    numeric("for each conversation"),
  ],
  sources: refusals.map(placeSource),
  rows: refusals.map(({ reason, count, rollouts, ...where }) => [
    where.assistant,
    placeOf(where),
    reason,
    whole(count),
    significant(rollouts === 0 ? null : count / rollouts),
  ]),
})

export const sensitivityTable = ({ sensitivity }: ReportData): Table => ({
  kind: "table",
  caption: "If failures scored 0",
  columns: [{ name: "assistant" }, { name: "simulator" }, ...["missing", "mean", "if 0", "gain", "if 0"].map(numeric)],
  sources: changed(sensitivity).map(cellSource),
  rows: changed(sensitivity).map((row) => [
    row.assistant,
    columnName(row),
    `${row.missing} of ${row.rollouts}`,
    decimal(row.mean),
    decimal(row.ifZero),
    signed(row.gain),
    signed(row.gainIfZero),
  ]),
})

/** A cell without a missing rollout can change too: its baseline may have some. */
const changed = (sensitivity: ReportData["sensitivity"]) =>
  sensitivity.filter(({ missing, gain, gainIfZero }) => missing > 0 || gain !== gainIfZero)

export const callFailureTable = ({ failures, experiment }: RunFacts): Table => ({
  kind: "table",
  caption: "Requests that failed, those that succeeded on a later try included",
  columns: [{ name: "role" }, { name: "model" }, { name: "reason" }, numeric("count")],
  sources: failures.map(() => runSource(experiment)),
  rows: failures.map(({ role, model, reason, count }) => [role, model, reason, whole(count)]),
})

export const skippedTable = ({ skippedRows = [] }: RunFacts): Table => ({
  kind: "table",
  caption: "Rows of the corpus that were left out",
  columns: [{ name: "file" }, { name: "reason" }, numeric("count")],
  rows: skippedRows.map(({ file, reason, count }) => [file, reason, whole(count)]),
})

const placeOf = ({ simulator, persona }: Pick<FailureRow, "simulator" | "persona">) =>
  simulator === null ? "training" : `${simulator} as ${persona}`
