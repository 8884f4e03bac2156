/** The pages of a study as it stands: its reports, or what there is of them before their last steps are done. */
import { Effect } from "effect"
import { pageOf } from "../../layers/evaluation/report/pageOf.ts"
import type { AnyReportData } from "../../layers/evaluation/report/pageOf.ts"
import { renderPage } from "../../layers/evaluation/report/renderHtml.ts"
import { runSource } from "../../layers/evaluation/report/rowSources.ts"
import { timeTable, usageTable } from "../../layers/evaluation/report/runTables.ts"
import type { RunFacts } from "../../layers/evaluation/report/RunFacts.ts"
import type { Page, Section, Table } from "../../layers/evaluation/report/Section.ts"
import { section } from "../../layers/evaluation/report/sectionParts.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import type { ArtifactStore, StageFailure, Step } from "../../src/index.ts"
import { reportsIn } from "../reportsIn.ts"
import type { ReportStep } from "../reportsIn.ts"
import { Report } from "../stages/Report.ts"
import { reportSoFar } from "../stages/reportNumbers.ts"
import { simulatorReportSoFar } from "../stages/SimulatorReport.ts"
import { factsOf, runFacts, studyReports } from "../studyReport.ts"
import type { StudyReport } from "../studyReport.ts"
import type { Study } from "../Study.ts"
import { stampOf } from "../transcriptFiles.ts"
import type { RunStanding } from "./runStanding.ts"

export interface LivePage {
  /** Within the folder of the first, whose own is "". */
  readonly folder: string
  readonly html: string
  readonly facts: RunFacts
  /** Null while there is nothing to tell. */
  readonly data: AnyReportData | null
}

/** One for each report of the study, or one without numbers where it has none. */
export const livePages = Effect.fn("livePages")(function* (
  study: Study,
  config: UnderstudyConfig,
  standing: RunStanding,
) {
  const whole = yield* Effect.orElseSucceed(studyReports(study, config), (): ReadonlyArray<StudyReport> => [])
  const facts = yield* runFacts(study, config)
  const all = reportsIn(study.graph)
  if (all.length === 0) return [yield* livePage({ facts, folder: "", data: null }, standing)]
  return yield* Effect.forEach(all, (report) =>
    Effect.gen(function* () {
      const { folder } = report
      const done = whole.find((one) => one.folder === folder)
      const data = done?.data ?? (yield* soFar(study, report, standing)) ?? null
      return yield* livePage({ facts: factsOf(facts, study, report, all), folder, data }, standing)
    }),
  )
})

const livePage = ({ facts, folder, data }: Omit<LivePage, "html">, standing: RunStanding) => {
  const unfinished = standing.outputs.size < standing.rows.length
  const page = data === null ? nothingYet(facts) : pageOf(data, facts)
  const { version, words } = standing
  return renderPage(
    unfinished ? { ...page, sections: [progress(standing, facts), ...page.sections] } : page,
    data?.provenance ?? [],
    facts,
    { live: { version, words }, transcripts: data === null ? null : { stamp: stampOf(data), count: null } },
  ).pipe(Effect.map((html): LivePage => ({ folder, html, facts, data })))
}

/** A cell that can't be read is no reason to show nothing. */
const soFar = ({ graph }: Study, { step }: ReportStep, { outputs }: RunStanding) => {
  const outputOf = (step: Step.AnyStep) => outputs.get(graph.ids.get(step) ?? "")
  const told = Effect.gen(function* (): Effect.fn.Return<AnyReportData | undefined, StageFailure, ArtifactStore> {
    return yield* step.stage === Report ? reportSoFar(step, outputOf) : simulatorReportSoFar(step, outputOf)
  })
  return Effect.orElseSucceed(told, () => undefined)
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
