/**
 * A report as files: report.md for reading in an editor, report.html for a browser, with its transcripts in a folder
 * beside it, report.json for programs.
 */
import { Effect } from "effect"
import { mkdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { AnyReportData } from "../layers/evaluation/report/pageOf.ts"
import { renderHtml } from "../layers/evaluation/report/renderHtml.ts"
import { renderMarkdown } from "../layers/evaluation/report/renderMarkdown.ts"
import { reportDocument } from "../layers/evaluation/report/reportDocument.ts"
import type { RunFacts } from "../layers/evaluation/report/RunFacts.ts"
import { ReportNotWritten } from "./ReportNotWritten.ts"
import type { StudyReport } from "./studyReport.ts"
import { writeTranscripts } from "./transcriptFiles.ts"

/** Each in its folder within `folder`; gives the paths. */
export const writeReports = (reports: ReadonlyArray<StudyReport>, folder: string) =>
  Effect.map(
    Effect.forEach(reports, (report) => writeReportFiles(report, join(folder, report.folder))),
    (paths) => paths.flat(),
  )

/** Writes under temporary names and renames; gives the paths. */
export const writeReportFiles = Effect.fn("writeReportFiles")(function* (
  { data, facts }: { readonly data: AnyReportData; readonly facts: RunFacts },
  folder: string,
) {
  const transcripts = yield* writeTranscripts(data, facts, join(folder, "transcripts"))
  const contents = {
    "report.md": renderMarkdown(data, facts),
    "report.html": yield* renderHtml(data, facts, { transcripts }),
    "report.json": `${JSON.stringify(reportDocument(data, facts), null, 2)}\n`,
  }
  return yield* Effect.try({
    try: () => {
      mkdirSync(folder, { recursive: true })
      return Object.entries(contents).map(([name, content]) => {
        const file = join(folder, name)
        writeFileSync(`${file}.tmp`, content)
        renameSync(`${file}.tmp`, file)
        return file
      })
    },
    catch: (error) => ReportNotWritten.make({ folder, detail: error instanceof Error ? error.message : String(error) }),
  })
})
