/**
 * The report of one cell with very many users, each with one conversation: what its intervals resample is as large as
 * can be. `understudy run` of the `Report` step as a fresh process, with wall time and memory at the peak.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { loadStudy } from "../cli/loadStudy.ts"
import type { BenchResult } from "./BenchResult.ts"
import { buildReportHome } from "./buildReportHome.ts"
import { measureNode, together, understudy } from "./runProgram.ts"
import { rounded } from "./timing.ts"

export interface ReportCellBenchOptions {
  readonly users: number
  readonly targetSeconds: number
  readonly targetMegabytes: number
}

/** Needs a file system with about 8 kilobytes for each user, which is given back. */
export const reportCellBench = ({ users, targetSeconds, targetMegabytes }: ReportCellBenchOptions) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const { graph } = yield* loadStudy(grid)
    yield* buildReportHome(`${folder}/home`, graph, users, { samples: 1, promptsByUser: 1 })
    const { seconds, peaks } = yield* measureNode([understudy, "run", grid, "--home", `${folder}/home`])
    const result = (what: string, value: number, target: number, unit: string) =>
      ({
        bench: `report-cell-${what}`,
        value: rounded(value),
        target,
        met: rounded(value) <= target,
        unit,
        against: `one cell, ${users} conversations of as many users, intervals of five measures`,
      }) satisfies BenchResult
    return [
      result("seconds", seconds, targetSeconds, "seconds to run the report's step and write it"),
      result("megabytes", together(peaks), targetMegabytes, "megabytes of memory at the peak"),
    ]
  }).pipe(Effect.scoped, Effect.withSpan("reportCellBench"))

const grid = fileURLToPath(new URL("./reportCellGrid.ts", import.meta.url))
