/** Tables of what the run took and of where its numbers come from. */
import { dollars, duration, whole } from "./numbers.ts"
import type { ReportData } from "./ReportData.ts"
import type { RunFacts } from "./RunFacts.ts"
import { runSource } from "./rowSources.ts"
import type { Column, Table } from "./Section.ts"

const numeric = (name: string): Column => ({ name, numeric: true })

export const usageTable = ({ usage, experiment }: RunFacts): Table => ({
  kind: "table",
  caption: "Model calls by role",
  columns: [
    { name: "role" },
    { name: "model" },
    ...["calls", "prompt tokens", "completion tokens", "money"].map(numeric),
  ],
  sources: usage.map(() => runSource(experiment)),
  rows: usage.map(({ role, model, calls, promptTokens, completionTokens, money }) => [
    role,
    model,
    whole(calls),
    whole(promptTokens),
    whole(completionTokens),
    dollars(money),
  ]),
})

export const timeTable = ({ seconds, experiment }: RunFacts): Table => ({
  kind: "table",
  caption: "Time by stage; steps overlap",
  columns: [{ name: "stage" }, numeric("steps"), numeric("time")],
  sources: seconds.map(() => runSource(experiment)),
  rows: seconds.map((row) => [row.stage, whole(row.steps), duration(row.seconds)]),
})

export const materialTable = (
  { personas, judgeAgreement, wildbench }: Pick<ReportData, "personas" | "judgeAgreement" | "wildbench">,
  { models, data }: RunFacts,
): Table => ({
  kind: "table",
  caption: "Models, data, personas and prompts",
  columns: [{ name: "what" }, { name: "name" }, { name: "revision, SHA-256 or words" }],
  rows: [
    ...models.map(({ name, revision }) => ["model", name, revision ?? "unknown: its calls belong to this run alone"]),
    ...data.map(({ name, sha256 }) => ["data", name, sha256]),
    ...personas.map(({ name, prompt }) => ["persona", name, prompt]),
    ...(judgeAgreement?.prompts ?? []).map(({ sha256, judges }) => [
      "judges' prompt",
      `of ${judges.join(", ")}`,
      sha256,
    ]),
    ...judgePrompts(wildbench).map(({ name, sha256 }) => ["judges' prompt", name, sha256]),
  ],
})

/** Of the judges of tasks, each once. */
const judgePrompts = (wildbench: ReportData["wildbench"]) => {
  if (wildbench === undefined) return []
  const { prompt, scores = [], rewards = [] } = wildbench
  const named = (name: string, rows: ReadonlyArray<{ readonly prompt?: string | undefined }>) =>
    [...new Set(rows.flatMap((row) => row.prompt ?? []))].map((sha256) => ({ name, sha256 }))
  return [...named("checklists", [{ prompt }]), ...named("WB-Score", scores), ...named("WB-Reward", rewards)]
}

/** A transcripts artifact is known by the start of its hash, as a commit is. */
export const provenanceTable = ({ provenance }: Pick<ReportData, "provenance">, { steps }: RunFacts): Table => {
  const known = new Set(provenance.map(({ label }) => label))
  const others = Object.keys(steps).filter((label) => !known.has(label))
  return {
    kind: "table",
    folded: true,
    caption: "Steps and transcripts",
    columns: [{ name: "row" }, { name: "step" }, { name: "transcripts" }],
    rows: [
      ...provenance.map(({ label, transcripts }) => [
        label,
        steps[label] ?? "unknown",
        transcripts.map((hash) => hash.slice(0, 12)).join(" "),
      ]),
      ...others.map((label) => [label, steps[label] ?? "unknown", ""]),
    ],
  }
}
