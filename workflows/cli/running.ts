/** What `run` and `retry` share: their options, the run itself on a terminal, and what is said at its end. */
import { Options } from "@effect/cli"
import { Console, Duration, Effect, Logger, Option } from "effect"
import { join } from "node:path"
import { Home } from "../../src/index.ts"
import type { StepLedger } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { stepsAtOnce } from "../config/UnderstudyConfig.ts"
import { runStudy, writeReport } from "../runStudy.ts"
import type { Ran } from "../runStudy.ts"
import type { Study } from "../Study.ts"
import { exitCode } from "./exit.ts"
import { notifySuspended } from "./notifySuspended.ts"
import * as options from "./options.ts"
import { commandLine, stderrLogger } from "./process.ts"
import { terminal } from "./terminal.ts"
import type { Terminal } from "./terminal.ts"

export const runFlags = {
  home: options.home,
  config: options.config,
  json: options.json,
  offline: Options.boolean("offline").pipe(
    Options.withDescription("Send nothing: every answer comes from the journal"),
  ),
  budget: Options.float("budget").pipe(
    Options.withDescription(
      "Dollars at most over the experiment's lifetime, failed attempts included (default: its limits.usd)",
    ),
    Options.filterMap((usd) => (usd > 0 ? Option.some(usd) : Option.none()), "--budget takes a positive sum"),
    Options.optional,
  ),
  concurrency: Options.integer("concurrency").pipe(
    Options.withDescription("Steps under way at once (default: 1 with the embedded trainer, else 8)"),
    Options.filterMap((steps) => (steps > 0 ? Option.some(steps) : Option.none()), "--concurrency takes 1 or more"),
    Options.optional,
  ),
  patience: Options.text("patience").pipe(
    Options.withDescription("How long an outage is waited out, such as 30m or '2 hours', before a step is suspended"),
    Options.filterMap(parseDuration, "--patience takes a time such as 90s, 30m, 2h or '2 hours'"),
    Options.withDefault(Duration.hours(2)),
  ),
  onSuspend: Options.text("on-suspend").pipe(
    Options.withDescription(
      "A shell command to run when the run ends suspended; the reasons are in UNDERSTUDY_REASONS and, as JSON, on its stdin",
    ),
    Options.optional,
  ),
}

export interface RunGiven {
  readonly home: Option.Option<string>
  readonly config: Option.Option<string>
  readonly json: boolean
  readonly offline: boolean
  readonly budget: Option.Option<number>
  readonly concurrency: Option.Option<number>
  readonly patience: Duration.Duration
  readonly onSuspend: Option.Option<string>
}

/** Runs what is chosen of the study (default all), says how it went, and sets the exit code. */
export const perform = <E = never>(
  study: Study,
  given: RunGiven,
  choose?: (say: Terminal["say"]) => Effect.Effect<ReadonlySet<string>, E, StepLedger>,
) =>
  Effect.gen(function* () {
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const screen = terminal()
    const ran = yield* runStudy(study, {
      config,
      home,
      offline: given.offline,
      budget: Option.getOrUndefined(given.budget),
      concurrency: Option.getOrElse(given.concurrency, () => stepsAtOnce(config)),
      patience: given.patience,
      ...(choose === undefined ? {} : { choose: choose(screen.say) }),
      say: screen.say,
      live: screen.live,
    }).pipe(
      Effect.ensuring(screen.clear),
      Effect.onInterrupt(() =>
        screen.say(`Stopped in order; what was answered is kept. To go on:\n  ${commandLine(process.argv.slice(2))}`),
      ),
      Effect.provide(Logger.replace(stderrLogger, screen.logger)),
    )
    yield* explain(ran, screen.say)
    const report =
      ran.state === "done"
        ? yield* writeReport(study, join(Home.paths(home).reports, study.experiment.name), config).pipe(
            Effect.provide(Home.Home.layerReader(home)),
          )
        : Option.none()
    const document = documentOf(study, ran, Option.getOrNull(Option.map(report, ({ files }) => files)))
    if (ran.state === "suspended") {
      yield* exitCode(2)
      if (Option.isSome(given.onSuspend)) {
        yield* notifySuspended(given.onSuspend.value, { home, document, say: screen.say })
      }
    }
    if (given.json) yield* Console.log(JSON.stringify(document))
    else if (Option.isSome(report)) yield* Console.log([report.value.table, ...report.value.files].join("\n"))
    else yield* Console.log(`${study.experiment.name}: ${ran.state}`)
  })

export interface RunDocument {
  readonly experiment: string
  readonly state: Ran["state"]
  readonly steps: ReadonlyArray<{
    readonly id: string
    /** `left`: not asked for; `blocked`: something that it needs is not done. */
    readonly state: string
    readonly failures?: ReadonlyArray<{ readonly kind: string; readonly reason: string; readonly advice: string }>
  }>
  /** Paths. */
  readonly report: ReadonlyArray<string> | null
}

const documentOf = (study: Study, ran: Ran, report: RunDocument["report"]): RunDocument => ({
  experiment: study.experiment.name,
  state: ran.state,
  steps: [...ran.outcomes].map(([id, outcome]) => ({
    id,
    state: outcome._tag.toLowerCase(),
    ...(outcome._tag === "Suspended"
      ? { failures: outcome.failures.map(({ kind, reason, advice }) => ({ kind, reason, advice })) }
      : {}),
  })),
  report,
})

/** Equal failures of a step's shards are said once. */
const explain = (ran: Ran, say: Terminal["say"]) =>
  Effect.gen(function* () {
    let blocked = 0
    for (const [id, outcome] of ran.outcomes) {
      if (outcome._tag === "Blocked") blocked += 1
      if (outcome._tag !== "Suspended") continue
      const lines = [...new Set(outcome.failures.map(({ reason, advice }) => `${reason} ${advice}`.trim()))]
      yield* say(`suspended: ${id}\n${lines.map((line) => `  ${line}`).join("\n")}`)
    }
    if (ran.state === "done") return
    if (blocked > 0) yield* say(`${blocked} ${blocked === 1 ? "step waits" : "steps wait"} for what is suspended.`)
    yield* say("When that is mended, `understudy retry` goes on with it, and the same command with all that is left.")
  })

/** Effect's own durations, such as `2 hours`, and short ones, such as `90s` and `1.5h`. */
export function parseDuration(text: string): Option.Option<Duration.Duration> {
  const short = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim())
  const unit = short === null ? undefined : units[short[2] ?? ""]
  if (short !== null && unit !== undefined) return Option.some(Duration.times(unit, Number(short[1])))
  // Checked by `decodeUnknown` at run time.
  return Duration.decodeUnknown(text.trim() as Duration.DurationInput)
}

const units: Readonly<Record<string, Duration.Duration>> = {
  ms: Duration.millis(1),
  s: Duration.seconds(1),
  m: Duration.minutes(1),
  h: Duration.hours(1),
  d: Duration.days(1),
}
