/** `understudy run FILE`: runs what is not done yet, and goes on where an earlier run was stopped. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { join } from "node:path"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import type { UnderstudyConfig } from "../config/UnderstudyConfig.ts"
import { runStudy, writeReport } from "../runStudy.ts"
import type { Ran } from "../runStudy.ts"
import type { Study } from "../Study.ts"
import { exitCode } from "./exit.ts"
import { loadStudy } from "./loadStudy.ts"
import * as options from "./options.ts"
import { terminal } from "./terminal.ts"

const flags = {
  file: options.experimentFile,
  home: options.home,
  config: options.config,
  json: options.json,
  ...options.corpus,
  offline: Options.boolean("offline").pipe(
    Options.withDescription("Send nothing: every answer comes from the journal"),
  ),
  budget: Options.float("budget").pipe(
    Options.withDescription("Dollars at most, over the experiment's lifetime, failed attempts included"),
    Options.optional,
  ),
  concurrency: Options.integer("concurrency").pipe(
    Options.withDescription("Steps under way at once (default: 1 with the embedded trainer, else 8)"),
    Options.optional,
  ),
}

export const run = Command.make("run", flags, (given) =>
  Effect.gen(function* () {
    const study = yield* loadStudy(given.file, given)
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const screen = terminal()
    const ran = yield* runStudy(study, {
      config,
      home,
      offline: given.offline,
      budget: Option.getOrUndefined(given.budget),
      concurrency: Option.getOrElse(given.concurrency, () => (config.trainer.kind === "embedded" ? 1 : 8)),
      ...screen,
    }).pipe(
      Effect.ensuring(screen.clear),
      Effect.onInterrupt(() =>
        screen.say("Stopped; everything answered so far is kept. The same command goes on from here."),
      ),
    )
    yield* closing(study, ran, { home, config }, given.json, screen.say)
    if (ran.state === "suspended") yield* exitCode(2)
  }),
).pipe(Command.withDescription("Run an experiment, or go on with it; done steps are never run again"))

const closing = (
  study: Study,
  ran: Ran,
  { home, config }: { readonly home: string; readonly config: UnderstudyConfig },
  json: boolean,
  say: (line: string) => Effect.Effect<void>,
) =>
  Effect.gen(function* () {
    for (const [id, outcome] of ran.outcomes) {
      if (outcome._tag === "Suspended")
        for (const { reason, advice } of outcome.failures) yield* say(`suspended: ${id}: ${reason} ${advice}`)
      if (outcome._tag === "Blocked") yield* say(`waiting: ${id} needs ${outcome.by.join(", ")}`)
    }
    if (ran.state === "suspended") yield* say("When that is mended, the same command goes on from here.")
    const report =
      ran.state === "done"
        ? yield* writeReport(study, join(Home.paths(home).reports, study.experiment.name), config).pipe(
            Effect.provide(Home.Home.layerReader(home)),
          )
        : Option.none()
    if (json) {
      yield* Console.log(
        JSON.stringify({
          experiment: study.experiment.name,
          state: ran.state,
          steps: [...ran.outcomes].map(([id, outcome]) => ({
            id,
            state: outcome._tag.toLowerCase(),
            ...(outcome._tag === "Suspended"
              ? { failures: outcome.failures.map(({ kind, reason, advice }) => ({ kind, reason, advice })) }
              : {}),
          })),
          report: Option.getOrNull(Option.map(report, ({ files }) => files)),
        }),
      )
      return
    }
    if (Option.isSome(report)) yield* Console.log([report.value.table, ...report.value.files].join("\n"))
    else yield* Console.log(`${study.experiment.name}: ${ran.state}`)
  })
