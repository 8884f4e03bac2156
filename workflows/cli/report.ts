/** `understudy report FILE or NAME`: the report of an experiment whose steps are done, for people or for programs. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option } from "effect"
import { join } from "node:path"
import { closingTable } from "../../layers/evaluation/report/closingTable.ts"
import { reportDocument } from "../../layers/evaluation/report/reportDocument.ts"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { writeReportFiles } from "../reportFiles.ts"
import { readRunRecord, recordOf } from "../RunRecord.ts"
import { NoReport, studyReport } from "../studyReport.ts"
import type { Study } from "../Study.ts"
import * as options from "./options.ts"
import { studyOf, target } from "./target.ts"

const flags = {
  experiment: target,
  home: options.home,
  config: options.config,
  json: options.json,
  out: Options.text("out").pipe(
    Options.withDescription("Folder for report.md, report.html and report.json (default: reports/NAME in the home)"),
    Options.optional,
  ),
  ...options.corpus,
}

export const report = Command.make("report", flags, (given) =>
  Effect.gen(function* () {
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    yield* Effect.gen(function* () {
      const study = yield* studyOf(given.experiment, given)
      const { data, facts } = yield* Effect.catchTag(studyReport(study, config), "NoReport", (error) =>
        explained(error, study),
      )
      const folder = Option.getOrElse(given.out, () => join(Home.paths(home).reports, facts.experiment))
      const write = writeReportFiles({ data, facts }, folder)
      // A home that can only be read is no reason not to show what is in it.
      const tried = Option.isSome(given.out)
        ? write
        : Effect.catchTag(write, "ReportNotWritten", ({ message }) => Effect.as(Console.error(message), []))
      const files = given.json && Option.isNone(given.out) ? [] : yield* tried
      yield* Console.log(
        given.json ? JSON.stringify(reportDocument(data, facts)) : [closingTable(data, facts), ...files].join("\n"),
      )
    }).pipe(Effect.provide(Home.Home.layerReader(home)))
  }),
).pipe(
  options.described(
    "Print the report of an experiment and write it as Markdown, HTML and JSON; with --json only print it. Calls no model.",
    "report demo",
    "report demo --json",
  ),
)

/** Adds what is easily overlooked: that the file is no longer what was run. */
const explained = Effect.fnUntraced(function* (error: NoReport, study: Study) {
  const ran = yield* Effect.option(readRunRecord(study.experiment.name))
  const ids = (steps: ReadonlyArray<{ readonly id: string }>) => steps.map(({ id }) => id).join(" ")
  if (Option.isNone(ran) || ids(ran.value.steps) === ids(recordOf(study).steps)) return yield* error
  const detail = `${error.detail} The file has changed since it was last run: see \`understudy diff\`.`
  return yield* NoReport.make({ experiment: error.experiment, detail })
})
