/** A study's reports from its home: the numbers of its `Report` and `SimulatorReport` steps, with what journal and ledger know of the run. */
import { Effect, Option, Schema } from "effect"
import { familyOf, trainingJudges } from "../layers/evaluation/judges/family.ts"
import { AnyReportJson } from "../layers/evaluation/report/pageOf.ts"
import type { AnyReportData } from "../layers/evaluation/report/pageOf.ts"
import type { RunFacts } from "../layers/evaluation/report/RunFacts.ts"
import { ReportResult } from "../src/domain/Results.ts"
import { ArtifactStore, CallJournal, Experiment, StepLedger } from "../src/index.ts"
import type { Graph, Totals } from "../src/index.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { modelsOf, priceOf } from "./models.ts"
import { packageVersion } from "./packageInfo.ts"
import { linksFrom, reportsIn } from "./reportsIn.ts"
import type { ReportStep } from "./reportsIn.ts"
import { skippedRows } from "./skippedRows.ts"
import { Report } from "./stages/Report.ts"
import { reportSteps } from "./stages/reportNumbers.ts"
import { simulatorReportSteps } from "./stages/SimulatorReport.ts"
import { TrainAssistant } from "./stages/TrainAssistant.ts"
import { outputOf, placed, standingsOf } from "./Study.ts"
import type { Study } from "./Study.ts"

/** The experiment has no report, or not yet. */
export class NoReport extends Schema.TaggedError<NoReport>()("NoReport", {
  experiment: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `There is no report of ${this.experiment}: ${this.detail}`
  }
}

export interface StudyReport {
  readonly data: AnyReportData
  readonly facts: RunFacts
  /** Within the folder of the first, whose own is "". */
  readonly folder: string
}

/** The experiment's first report: most have one. */
export const studyReport = (study: Study, config: UnderstudyConfig) =>
  Effect.map(studyReports(study, config), ([first]) => first)

/** Those that are done. The config tells free models from those whose price nobody knows. */
export const studyReports = Effect.fn("studyReports")(function* (study: Study, config: UnderstudyConfig) {
  const { experiment, graph } = study
  const none = (detail: string) => NoReport.make({ experiment: experiment.name, detail })
  const all = reportsIn(graph)
  if (all.length === 0) return yield* none("put a `Report` or a `SimulatorReport` into its `collect`.")
  const standings = yield* standingsOf(placed(graph))
  const done = all.filter(({ id }) => standings.get(id) === "done")
  const facts = yield* runFacts(study, config)
  const store = yield* ArtifactStore
  const found = yield* Effect.forEach(done, (report) =>
    Effect.gen(function* () {
      const output = yield* outputOf(report.id)
      if (Option.isNone(output)) return []
      const { data: ref } = yield* Effect.orDie(Schema.decodeUnknown(ReportResult)(output.value))
      const data = yield* Schema.decode(AnyReportJson)(Buffer.from(yield* store.get(ref)).toString("utf8")).pipe(
        Effect.mapError(({ message }) => none(`its numbers are of another version: ${message}`)),
      )
      return [{ data, facts: factsOf(facts, study, report, done), folder: report.folder } satisfies StudyReport]
    }),
  )
  const [first, ...others] = found.flat()
  if (first === undefined) {
    const left = graph.nodes.filter(({ id }) => standings.get(id) !== "done").length
    return yield* none(`${left} of its ${graph.nodes.length} steps are not done. Run the experiment first.`)
  }
  return [first, ...others] as const
})

/** Those of a run with what is one report's own. */
export const factsOf = (
  facts: RunFacts,
  { graph }: Study,
  report: ReportStep,
  shown: ReadonlyArray<ReportStep>,
): RunFacts => {
  const others = linksFrom(report, shown)
  const stepsOf = report.step.stage === Report ? reportSteps : simulatorReportSteps
  return {
    ...facts,
    steps: stepsOf(report.step, (step) => graph.ids.get(step) ?? ""),
    ...(others.length === 0 ? {} : { others }),
  }
}

/** What journal and ledger know of a study, also while it runs; `steps` is empty. */
export const runFacts = Effect.fn("runFacts")(function* (study: Study, config: UnderstudyConfig) {
  const { experiment, graph, files } = study
  const journal = yield* CallJournal
  const ledger = yield* StepLedger
  const ids = new Set(graph.nodes.map(({ id }) => id))
  const ofStudy = <A extends { readonly step: string }>(rows: ReadonlyArray<A>) =>
    rows.filter(({ step }) => ids.has(step))
  const totals = ofStudy(yield* journal.totals)
  const failures = ofStudy(yield* journal.failures)
  const lost = ofStudy(yield* journal.lost)
  const models = modelsOf(graph)
  const unpriced = new Set(models.filter((model) => priceOf(config)(model) === undefined).map(({ name }) => name))
  const done = (yield* ledger.list).filter(({ id }) => ids.has(id))
  const families = trainingFamilies(graph)
  const facts: RunFacts = {
    experiment: experiment.name,
    cells: Experiment.cells(experiment).map(({ key, labels }) => ({ key, labels })),
    version: packageVersion,
    steps: {},
    usage: grouped(totals, ({ role, model }) => `${role} ${model}`).map((rows) => ({
      role: rows[0].role,
      model: rows[0].model,
      calls: sum(rows, ({ calls }) => calls),
      promptTokens: sum(rows, ({ promptTokens }) => promptTokens),
      completionTokens: sum(rows, ({ completionTokens }) => completionTokens),
      money: dollarsOf(rows, unpriced),
    })),
    seconds: grouped(done, ({ stage }) => stage).map((rows) => ({
      stage: rows[0].stage,
      steps: rows.length,
      seconds: sum(rows, ({ seconds }) => seconds ?? 0),
    })),
    failures: grouped(failures, ({ role, model, reason }) => `${role} ${model} ${reason}`).map((rows) => ({
      role: rows[0].role,
      model: rows[0].model,
      reason: rows[0].reason,
      count: sum(rows, ({ count }) => count),
    })),
    models: models.map(({ name, revision }) => ({ name, revision: revision ?? null })),
    data: [...files].map(([path, sha256]) => ({ name: path.split("/").at(-1) ?? path, sha256 })),
    skippedRows: yield* skippedRows(graph),
    ...(families.length === 0 ? {} : { trainingFamilies: families }),
    interrupted: { calls: lost.length, sentAgain: lost.filter(({ sentAgain }) => sentAgain > 0).length },
  }
  return facts
})

/** Of the judges that gave rewards in the experiment's own trainings. */
const trainingFamilies = ({ nodes }: Graph.Graph) => {
  const trainings = nodes.filter(({ step }) => step.stage === TrainAssistant)
  return [...new Set(trainings.flatMap(({ step }) => trainingJudges(step)).map((model) => familyOf({ model })))].sort()
}

/** What was paid; null where nothing is booked for a model without a price. */
const dollarsOf = (rows: ReadonlyArray<Totals>, unpriced: ReadonlySet<string>) => {
  const micros = sum(rows, (row) => row.micros + row.failedMicros)
  return micros === 0 && rows.some(({ model }) => unpriced.has(model)) ? null : micros / 1e6
}

/** In the order of the names: runs whose steps overlapped otherwise read alike. */
const grouped = <A>(rows: ReadonlyArray<A>, by: (row: A) => string): ReadonlyArray<readonly [A, ...Array<A>]> => {
  const groups = new Map<string, [A, ...Array<A>]>()
  for (const row of rows) {
    const group = groups.get(by(row))
    if (group === undefined) groups.set(by(row), [row])
    else group.push(row)
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group)
}

const sum = <A>(rows: ReadonlyArray<A>, of: (row: A) => number) => rows.reduce((total, row) => total + of(row), 0)
