/** Runs a study in its home: the engine, every service, progress for people, and the report at the end. */
import { Effect, Option } from "effect"
import type { Duration } from "effect"
import { closingTables } from "../layers/evaluation/report/closingTable.ts"
import { reopenLost } from "../src/durable/reopenLost.ts"
import { whileRoom } from "../src/journal/Room.ts"
import { Driver, Home, Runner } from "../src/index.ts"
import type { Plan, StepLedger } from "../src/index.ts"
import { cancelled } from "./cancelRequest.ts"
import type { UnderstudyConfig } from "./config/UnderstudyConfig.ts"
import { watch } from "./Progress.ts"
import { sourceOf } from "./registry.ts"
import { refuseByServer } from "./refuseByServer.ts"
import { renderProgress, renderProgressLine } from "./renderProgress.ts"
import { writeReports } from "./reportFiles.ts"
import { writeRunRecord } from "./RunRecord.ts"
import { servicesLayer } from "./Services.ts"
import { skippedLines, skippedRows } from "./skippedRows.ts"
import { stepBounds } from "./stepBounds.ts"
import { planStudy, sourceNotes } from "./Study.ts"
import type { Study } from "./Study.ts"
import { studyReports } from "./studyReport.ts"
import { untilStopped } from "./untilStopped.ts"

export interface RunOptions<E> {
  readonly config: UnderstudyConfig
  readonly home: string
  readonly offline: boolean
  /** Dollars; undefined: the experiment's own limit, if any. */
  readonly budget: number | undefined
  /** Steps under way at once. */
  readonly concurrency: number
  /** How long an outage is waited out before the step is suspended. */
  readonly patience: Duration.DurationInput
  /** Which steps to start, told once the home is this process's own; default all. */
  readonly choose?: Effect.Effect<ReadonlySet<string>, E, StepLedger>
  /** One line for people: what happens now. */
  readonly say: (line: string) => Effect.Effect<void>
  /** Lines that replace the last ones, for terminals, and the same in one line. */
  readonly live: (lines: ReadonlyArray<string>, plain: string) => Effect.Effect<void>
}

export interface Ran {
  /** Of the steps that were to be started. */
  readonly state: "done" | "suspended"
  readonly outcomes: ReadonlyMap<string, Driver.Outcome>
}

/** Succeeds with the outcomes of all steps; a suspended step is an outcome, not a failure. */
export const runStudy = Effect.fn("runStudy")(function* <E = never>(study: Study, options: RunOptions<E>) {
  const home = Home.paths(options.home)
  return yield* Effect.gen(function* () {
    const only = options.choose === undefined ? undefined : yield* options.choose
    if (!options.offline) yield* mendArtifacts(study, options.say)
    const plan = yield* planStudy(study, options.config)
    yield* writeRunRecord(study)
    const left = plan.steps.filter(({ id, state }) => state !== "done" && only?.has(id) !== false)
    yield* options.say(
      `${study.experiment.name}: ${plan.cells.length} cells, ${plan.steps.length} steps, ${left.length} to run`,
    )
    for (const note of yield* sourceNotes(study.graph)) yield* options.say(note)
    const saySkipped = Effect.flatMap(skippedRows(study.graph), (rows) =>
      Effect.forEach(skippedLines(rows), options.say),
    )
    if (left.length === 0) {
      yield* saySkipped
      return { state: "done", outcomes: standing(plan) } satisfies Ran
    }
    if (!options.offline) yield* refuseByServer(study.graph, left, options.config)
    const progress = yield* watch(plan, options.concurrency)
    yield* progress.sample.pipe(
      Effect.flatMap((now) => options.live(renderProgress(now), renderProgressLine(now))),
      Effect.delay("1 second"),
      Effect.forever,
      Effect.forkScoped,
    )
    const outcomes = yield* Driver.run(study.graph, {
      concurrency: options.concurrency,
      pollMillis: 50,
      bounds: stepBounds(plan.steps, study.experiment.limits, options.config),
      sourceOf,
      onStart: progress.onStart,
      onOutcome: progress.onOutcome,
      ...(only === undefined ? {} : { only }),
    }).pipe(
      // The engine ends before the services that its steps use.
      Effect.provide(Runner.layer(home.engine, options.say)),
      Effect.provide(services(study, plan, options)),
      (running) => untilStopped(running, stopping(home.folder)),
    )
    yield* saySkipped
    return { state: stateOf(outcomes), outcomes } satisfies Ran
  }).pipe(Effect.scoped, Effect.provide(Home.Home.layer(options.home, { offline: options.offline })))
})

/** Says which steps are done anew for want of their artifacts. */
const mendArtifacts = ({ graph }: Study, say: (line: string) => Effect.Effect<void>) =>
  Effect.flatMap(reopenLost(graph.nodes.map(({ id }) => id)), (lost) =>
    Effect.forEach(lost, ({ id, path }) =>
      say(`${id} is done anew from the journal: ${path === undefined ? "an artifact" : path} is missing or cut short`),
    ),
  )

/** A full disk fails the run; a request to stop interrupts it, as a signal does. */
const stopping = (folder: string) =>
  Effect.raceFirst(whileRoom(folder), Effect.zipRight(cancelled(folder), Effect.interrupt))

const services = <E>({ experiment }: Study, plan: Plan.Plan, options: RunOptions<E>) => {
  const usd = options.budget ?? experiment.limits.usd
  return servicesLayer({
    config: options.config,
    home: Home.paths(options.home),
    experiment: experiment.name,
    budgetMicros: usd === undefined ? undefined : Math.round(usd * 1e6),
    steps: new Set(plan.steps.map(({ id }) => id)),
    gpus: experiment.limits.gpus,
    patience: options.patience,
    onProgress: options.say,
  })
}

/** Nothing is to be started: what the ledger has. */
const standing = ({ steps }: Plan.Plan): ReadonlyMap<string, Driver.Outcome> =>
  new Map(steps.map(({ id, state }) => [id, state === "done" ? { _tag: "Done", output: undefined } : { _tag: "Left" }]))

const stateOf = (outcomes: ReadonlyMap<string, Driver.Outcome>): Ran["state"] =>
  [...outcomes.values()].every(({ _tag }) => _tag === "Done" || _tag === "Left") ? "done" : "suspended"

/** Writes report.md, report.html and report.json under `folder`; gives the closing tables. None without a report. */
export const writeReport = Effect.fn("writeReport")(function* (study: Study, folder: string, config: UnderstudyConfig) {
  const found = yield* Effect.catchTag(Effect.asSome(studyReports(study, config)), "NoReport", () => Effect.succeedNone)
  if (Option.isNone(found)) return Option.none<{ readonly table: string; readonly files: ReadonlyArray<string> }>()
  return Option.some({ table: closingTables(found.value), files: yield* writeReports(found.value, folder) })
})
