/**
 * The report of a study with very many conversations: `understudy run` of its `Report` step, then `understudy report`,
 * each as a fresh process, with wall time and memory at the peak; then the page in Chromium, from disk: how long until it is
 * seen, and until the first conversation is open in the browser of transcripts.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { fileURLToPath, pathToFileURL } from "node:url"
import { loadStudy } from "../cli/loadStudy.ts"
import { BenchBroken } from "./BenchResult.ts"
import type { BenchResult } from "./BenchResult.ts"
import { buildReportHome } from "./buildReportHome.ts"
import { chromiumArguments, findChromium } from "./findChromium.ts"
import { measureNode, together, understudy } from "./runProgram.ts"
import { rounded } from "./timing.ts"

export interface ReportBenchOptions {
  readonly talks: number
  readonly targetSeconds: number
  readonly targetMegabytes: number
  readonly targetView: number
}

/** Needs a file system with about 8 kilobytes for each conversation, which is given back. */
export const reportBench = ({ talks, targetSeconds, targetMegabytes, targetView }: ReportBenchOptions) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const { graph } = yield* loadStudy(grid)
    const count = yield* buildReportHome(`${folder}/home`, graph, talks)
    const measured = Effect.fnUntraced(function* (verb: string, ...args: ReadonlyArray<string>) {
      const { seconds, peaks } = yield* measureNode([understudy, verb, grid, "--home", `${folder}/home`, ...args])
      return { seconds, megabytes: together(peaks) }
    })
    const run = yield* measured("run")
    const again = yield* measured("report", "--out", `${folder}/report`)
    const view = yield* viewed(`${folder}/report/report.html`)
    const result = (what: string, value: number, target: number, unit: string, against: string) =>
      ({
        bench: `report-${what}`,
        value: rounded(value),
        target,
        met: rounded(value) <= target,
        unit,
        against,
      }) satisfies BenchResult
    const after = `understudy report of ${count} conversations`
    return [
      result(
        "seconds",
        again.seconds,
        targetSeconds,
        `seconds for ${after}`,
        `${rounded(run.seconds)} seconds to run its step, intervals included, and write it`,
      ),
      result(
        "megabytes",
        Math.max(run.megabytes, again.megabytes),
        targetMegabytes,
        "megabytes of memory at the peak",
        `${rounded(run.megabytes)} to run and write it, ${rounded(again.megabytes)} to write it again`,
      ),
      result(
        "view",
        view.first,
        targetView,
        "seconds until the page is seen",
        `${rounded(view.loaded)} until all of it is loaded`,
      ),
      result(
        "browse",
        view.browsed,
        targetView,
        "seconds from a click until a conversation is open, of all",
        `${rounded(view.filtered)} to filter them`,
      ),
    ]
  }).pipe(Effect.scoped, Effect.withSpan("reportBench"))

const grid = fileURLToPath(new URL("./reportGrid.ts", import.meta.url))

/** Seconds. */
const viewed = (file: string) =>
  Effect.gen(function* () {
    const executablePath = findChromium()
    if (executablePath === undefined) {
      return yield* BenchBroken.make({ detail: "there is no Chromium on PATH: name one with CHROMIUM" })
    }
    return yield* Effect.tryPromise({
      try: () => look(executablePath, pathToFileURL(file).href),
      catch: (error) => BenchBroken.make({ detail: `Chromium: ${String(error)}` }),
    })
  })

const look = async (executablePath: string, url: string) => {
  const { chromium } = await import("playwright-core")
  const browser = await chromium.launch({ executablePath, args: chromiumArguments })
  try {
    const page = await browser.newPage()
    await page.goto(url)
    // It may be painted only after it is loaded.
    const first = (await page.evaluate(`new Promise((resolve) =>
      new PerformanceObserver((list) => {
        for (const { startTime } of list.getEntriesByName("first-contentful-paint")) resolve(startTime)
      }).observe({ type: "paint", buffered: true }),
    )`)) as number
    const loaded = (await page.evaluate(`performance.getEntriesByType("navigation")[0].loadEventEnd`)) as number
    let began = performance.now()
    const since = () => (performance.now() - began) / 1000
    await page.click(".tools a[href='#transcripts']")
    await page.waitForSelector(".talk-view")
    const browsed = since()
    began = performance.now()
    await page.selectOption("select[name=ending]", "goodbye")
    await page.locator(".found", { hasNotText: /^([\d,]+) of \1 / }).waitFor()
    return { first: first / 1000, loaded: loaded / 1000, browsed, filtered: since() }
  } finally {
    await browser.close()
  }
}
