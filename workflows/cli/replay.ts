/** `understudy replay FILE or NAME`: runs done steps again from the journal alone and compares what they give. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import type { Layer } from "effect"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { closingTables } from "../../layers/evaluation/report/closingTable.ts"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { packageFolder } from "../packageInfo.ts"
import { replayLayer } from "../replayServices.ts"
import { replayStudy } from "../replayStudy.ts"
import type { ReplayedStep } from "../replayStudy.ts"
import { writeReports } from "../reportFiles.ts"
import { studyReports } from "../studyReport.ts"
import { exitCode } from "./exit.ts"
import { loadStudy } from "./loadStudy.ts"
import * as options from "./options.ts"
import { renderReplay, replayDocument } from "./renderReplay.ts"
import { studyOf, target } from "./target.ts"
import { terminal } from "./terminal.ts"

const flags = {
  experiment: target,
  home: options.home,
  config: options.config,
  json: options.json,
  recorded: Options.boolean("recorded").pipe(
    Options.withDescription("Replay the run of this experiment that comes with the package, and print its report"),
  ),
  out: Options.text("out").pipe(
    Options.withDescription("Write the report of what was replayed to this folder"),
    Options.optional,
  ),
  ...options.changes,
}

export const replay = Command.make("replay", flags, (given) =>
  Effect.gen(function* () {
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    const screen = terminal()
    const own = yield* Home.folder(Option.getOrUndefined(given.home))
    const home = given.recorded ? yield* recordedHome(given.experiment) : own
    const { study, steps, report } = yield* Effect.gen(function* () {
      const study = yield* given.recorded ? loadStudy(given.experiment) : studyOf(given.experiment, given)
      const { name } = study.experiment
      const total = study.graph.nodes.length
      const steps = yield* replayStudy<Services>(study, (done, id) => {
        const line = `${done}/${total} steps · ${id}`
        return screen.live([line], line)
      }).pipe(Effect.provide(replayLayer(config, name)), Effect.ensuring(screen.clear))
      const out = given.recorded
        ? Option.orElseSome(given.out, () => join(Home.paths(own).reports, `${name}-recorded`))
        : given.out
      const report = Option.isNone(out)
        ? undefined
        : yield* Effect.flatMap(studyReports(study, config), (found) =>
            Effect.map(writeReports(found, out.value), (files) => ({ table: closingTables(found), files })),
          )
      return { study, steps, report }
    }).pipe(Effect.scoped, Effect.provide(Home.Home.layerReader(home)))
    const replayed = { experiment: study.experiment.name, home, steps, report }
    yield* Console.log(given.json ? JSON.stringify(replayDocument(replayed)) : renderReplay(replayed))
    if (!isReproduced(steps)) yield* exitCode(1)
  }),
).pipe(
  options.described(
    "Run the steps of an experiment again from the journal alone, offline, and compare what they give with what they gave. Changes nothing in the home; exit code 1 where something differs.",
    "replay demo",
    "replay workflows/experiments/demo.ts --recorded",
  ),
)

type Services = Layer.Layer.Success<ReturnType<typeof replayLayer>>

/** The package has no recorded run of this experiment. */
class NoRecording extends Schema.TaggedError<NoRecording>()("NoRecording", {
  experiment: Schema.String,
  home: Schema.String,
}) {
  override get message() {
    return `No run of ${this.experiment} comes with this package (${this.home} is not there). Replay a run of your own, without --recorded.`
  }
}

const recordedHome = (file: string) =>
  Effect.flatMap(loadStudy(file), ({ experiment: { name } }) => {
    const home = join(packageFolder, "workflows", "experiments", "recorded", name)
    return existsSync(home) ? Effect.succeed(home) : NoRecording.make({ experiment: name, home })
  })

/** Something was compared, and nothing differs. */
const isReproduced = (steps: ReadonlyArray<ReplayedStep>) =>
  steps.some(({ state }) => state === "reproduced") &&
  steps.every(({ state }) => state !== "differs" && state !== "failed")
