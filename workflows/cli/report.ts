/** `understudy report FILE or NAME`: the report of an experiment whose steps are done, for people or for programs. */
import { Command, Options } from "@effect/cli"
import { Console, Effect, Option, Schema } from "effect"
import { join } from "node:path"
import { closingTables } from "../../layers/evaluation/report/closingTable.ts"
import { reportDocuments } from "../../layers/evaluation/report/reportDocument.ts"
import { Home } from "../../src/index.ts"
import { loadConfig } from "../config/loadConfig.ts"
import { exportFormats, writeExports } from "../exportFiles.ts"
import { writeReports } from "../reportFiles.ts"
import { readRunRecord, recordOf } from "../RunRecord.ts"
import { NoReport, studyReports } from "../studyReport.ts"
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
  export: Options.text("export").pipe(
    Options.withDescription(
      `Write it in other forms too, into the folder export beside it: any of ${exportFormats.join(",")}`,
    ),
    Options.optional,
  ),
  ...options.changes,
}

/** A form that there is none of. */
class UnknownFormat extends Schema.TaggedError<UnknownFormat>()("UnknownFormat", {
  formats: Schema.Array(Schema.String),
}) {
  readonly exitCode = 64
  override get message() {
    return `A report can't be exported as ${this.formats.join(", ")}: choose from ${exportFormats.join(", ")}, with commas between them.`
  }
}

const formatsOf = (given: Option.Option<string>) => {
  const names = Option.match(given, {
    onNone: (): ReadonlyArray<string> => [],
    onSome: (text) => text.split(",").map((name) => name.trim()),
  })
  const known = exportFormats.filter((format) => names.includes(format))
  const unknown = names.filter((name) => !exportFormats.some((format) => format === name))
  return unknown.length === 0 ? Effect.succeed(known) : UnknownFormat.make({ formats: unknown })
}

export const report = Command.make("report", flags, (given) =>
  Effect.gen(function* () {
    const formats = yield* formatsOf(given.export)
    const home = yield* Home.folder(Option.getOrUndefined(given.home))
    const config = yield* loadConfig(Option.getOrUndefined(given.config))
    yield* Effect.gen(function* () {
      const study = yield* studyOf(given.experiment, given)
      const reports = yield* Effect.catchTag(studyReports(study, config), "NoReport", (error) =>
        explained(error, study),
      )
      const folder = Option.getOrElse(given.out, () => join(Home.paths(home).reports, study.experiment.name))
      const write = writeReports(reports, folder)
      // A home that can only be read is no reason not to show what is in it.
      const tried = Option.isSome(given.out)
        ? write
        : Effect.catchTag(write, "ReportNotWritten", ({ message }) => Effect.as(Console.error(message), []))
      const files = given.json && Option.isNone(given.out) ? [] : yield* tried
      const exported = yield* Effect.forEach(reports, (one) =>
        writeExports(one, join(folder, one.folder, "export"), formats),
      )
      yield* Console.log(
        given.json
          ? JSON.stringify(reportDocuments(reports))
          : [closingTables(reports), ...files, ...exported.flat()].join("\n"),
      )
    }).pipe(Effect.provide(Home.Home.layerReader(home)))
  }),
).pipe(
  options.described(
    "Print the report of an experiment and write it as Markdown, HTML and JSON, with its transcripts in a folder beside it; with --json only print it. Where an experiment has several, each further one is in a folder of its own within the first's. Calls no model.",
    "report demo",
    "report demo --export csv,latex,png,parquet",
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
