/** Runs a study in its home: the engine, every service, progress for people, and the report at the end. */
import { Effect, Layer, Option } from "effect"
import { closingTable } from "../layers/evaluation/report/closingTable.ts"
import { Driver, Home, Runner } from "../src/index.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { renderLine, watch } from "./Progress.ts"
import { writeReportFiles } from "./reportFiles.ts"
import { writeRunRecord } from "./RunRecord.ts"
import { servicesLayer } from "./Services.ts"
import { planStudy } from "./Study.ts"
import type { Study } from "./Study.ts"
import { studyReport } from "./studyReport.ts"

export interface RunOptions {
  readonly config: UnderstudyConfig
  readonly home: string
  readonly offline: boolean
  /** Dollars; undefined: the experiment's own limit, if any. */
  readonly budget: number | undefined
  /** Steps under way at once. */
  readonly concurrency: number
  /** One line for people: what happens now. */
  readonly say: (line: string) => Effect.Effect<void>
  /** A line that replaces the last one of its kind, for terminals. */
  readonly live: (line: string) => Effect.Effect<void>
}

export interface Ran {
  readonly state: "done" | "suspended"
  readonly outcomes: ReadonlyMap<string, Driver.Outcome>
}

/** Succeeds with the outcomes of all steps; a suspended step is an outcome, not a failure. */
export const runStudy = Effect.fn("runStudy")(function* (study: Study, options: RunOptions) {
  const home = Home.paths(options.home)
  return yield* Effect.gen(function* () {
    const plan = yield* planStudy(study, options.config)
    yield* writeRunRecord(study)
    const left = plan.steps.filter(({ state }) => state !== "done")
    yield* options.say(
      `${study.experiment.name}: ${plan.cells.length} cells, ${plan.steps.length} steps, ${left.length} to run`,
    )
    if (left.length === 0) return yield* allDone(study)
    const usd = options.budget ?? study.experiment.limits.usd
    const services = servicesLayer({
      config: options.config,
      home,
      experiment: study.experiment.name,
      budgetMicros: usd === undefined ? undefined : Math.round(usd * 1e6),
      steps: new Set(plan.steps.map(({ id }) => id)),
      onProgress: options.say,
    })
    const progress = yield* watch(plan)
    yield* progress.pipe(
      Effect.flatMap((now) => options.live(renderLine(now))),
      Effect.delay("2 seconds"),
      Effect.forever,
      Effect.forkScoped,
    )
    return yield* Driver.run(study.graph, { concurrency: options.concurrency, pollMillis: 50 }).pipe(
      Effect.map(ran),
      Effect.provide(Layer.merge(services, Runner.layer(home.engine))),
    )
  }).pipe(Effect.scoped, Effect.provide(Home.Home.layer(options.home, { offline: options.offline })))
})

/** Every step was done before: the outcomes come from the ledger, and no engine is started. */
const allDone = ({ graph }: Study) =>
  Effect.succeed<Ran>({
    state: "done",
    outcomes: new Map(graph.nodes.map(({ id }) => [id, { _tag: "Done", output: undefined }])),
  })

const ran = (outcomes: ReadonlyMap<string, Driver.Outcome>): Ran => ({
  state: [...outcomes.values()].every(({ _tag }) => _tag === "Done") ? "done" : "suspended",
  outcomes,
})

/** Writes report.md, report.html and report.json under `folder`; gives the closing table. None without a `Report`. */
export const writeReport = Effect.fn("writeReport")(function* (study: Study, folder: string, config: UnderstudyConfig) {
  const found = yield* Effect.option(studyReport(study, config))
  if (Option.isNone(found)) return Option.none<{ readonly table: string; readonly files: ReadonlyArray<string> }>()
  const { data, facts } = found.value
  return Option.some({ table: closingTable(data, facts), files: yield* writeReportFiles(found.value, folder) })
})
