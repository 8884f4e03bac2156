/** The page of a study as it stands: its report, or what there is of it before its last step is done. */
import { Effect, Option } from "effect"
import { pageOf } from "../../layers/evaluation/report/pageOf.ts"
import type { AnyReportData } from "../../layers/evaluation/report/pageOf.ts"
import { renderPage } from "../../layers/evaluation/report/renderHtml.ts"
import { runSource } from "../../layers/evaluation/report/rowSources.ts"
import { timeTable, usageTable } from "../../layers/evaluation/report/runTables.ts"
import type { RunFacts } from "../../layers/evaluation/report/RunFacts.ts"
import type { Page, Section, Table } from "../../layers/evaluation/report/Section.ts"
import { section } from "../../layers/evaluation/report/sectionParts.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import { Report, reportSoFar } from "../stages/Report.ts"
import { runFacts, studyReport } from "../studyReport.ts"
import type { Study } from "../Study.ts"
import { stampOf } from "../transcriptFiles.ts"
import type { RunStanding } from "./runStanding.ts"

export interface LivePage {
  readonly html: string
  readonly facts: RunFacts
  /** Null while no cell is done. */
  readonly data: AnyReportData | null
}

export const livePage = Effect.fn("livePage")(function* (
  study: Study,
  config: UnderstudyConfig,
  standing: RunStanding,
) {
  const whole = yield* Effect.option(studyReport(study, config))
  const facts = Option.isSome(whole) ? whole.value.facts : yield* runFacts(study, config)
  const data = Option.isSome(whole) ? whole.value.data : ((yield* soFar(study, standing)) ?? null)
  const unfinished = standing.outputs.size < standing.rows.length
  const page = data === null ? nothingYet(facts) : pageOf(data, facts)
  const { version, words } = standing
  const html = yield* renderPage(
    unfinished ? { ...page, sections: [progress(standing, facts), ...page.sections] } : page,
    data?.provenance ?? [],
    facts,
    { live: { version, words }, transcripts: data === null ? null : { stamp: stampOf(data), count: null } },
  )
  return { html, facts, data } satisfies LivePage
})

/** A cell that can't be read is no reason to show nothing. */
const soFar = ({ graph }: Study, { outputs }: RunStanding) => {
  const report = graph.nodes.find(({ step }) => step.stage === Report)
  if (report === undefined) return Effect.succeed(undefined)
  return reportSoFar(report.step, (step) => outputs.get(graph.ids.get(step) ?? "")).pipe(
    Effect.catchAll(() => Effect.succeed(undefined)),
  )
}

const progress = ({ rows }: RunStanding, { experiment }: RunFacts): Section => {
  const stages = [...new Set(rows.map(({ stage }) => stage))]
  const table: Table = {
    kind: "table",
    caption: "Steps by stage",
    columns: [{ name: "stage" }, ...["steps", "done", "at work", "suspended"].map((name) => ({ name, numeric: true }))],
    sources: stages.map(() => runSource(experiment)),
    rows: stages.map((stage) => {
      const of = rows.filter((row) => row.stage === stage)
      const count = (state: string) => String(of.filter((row) => row.state === state).length)
      return [stage, String(of.length), count("done"), count("running"), count("suspended")]
    }),
  }
  return section("progress", "How far it is", [table])
}

const nothingYet = (facts: RunFacts): Page => ({
  title: facts.experiment,
  subtitle: `Experiment ${facts.experiment}. Its report has no numbers yet.`,
  sections: [section("cost", "Tokens, time and money", [usageTable(facts), timeTable(facts)])],
})
