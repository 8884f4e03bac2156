/**
 * How fast a rerun is answered: chat calls that the journal has, through the whole client, none of them sent. The value
 * is calls a second of wall time, the median of three reruns.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import type { BenchResult } from "./BenchResult.ts"
import { chatLoop, journaledModel, loopbackServer } from "./loopback.ts"
import { median, rounded, shown, timed } from "./timing.ts"

export interface RerunBenchOptions {
  readonly calls: number
  /** Calls a second. */
  readonly target: number
  readonly atOnce?: number
}

/** Needs a file system for a journal, which is removed afterwards. */
export const rerunBench = ({ calls, target, atOnce = 256 }: RerunBenchOptions) =>
  Effect.gen(function* () {
    const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
    const load = { calls, atOnce }
    const file = `${folder}/calls.db`
    const first = yield* Effect.scoped(
      Effect.flatMap(loopbackServer(0), (url) =>
        timed(chatLoop(load)).pipe(Effect.provide(journaledModel(url, file, load))),
      ),
    )
    // Nothing listens there: an answer can only come from the journal. The first rerun warms up.
    const [, ...reruns] = yield* Effect.all(Array.from({ length: 4 }, () => timed(chatLoop(load)))).pipe(
      Effect.provide(journaledModel("http://127.0.0.1:9/v1", file, load)),
    )
    const rates = reruns.map((seconds) => calls / seconds)
    const value = Math.round(median(rates))
    return {
      bench: "rerun",
      value,
      target,
      met: value >= target,
      unit: "journaled calls a second",
      against: `${calls} calls, ${atOnce} at once: ${shown(rates, "a second")}; ${rounded(calls / first)} a second when they were first sent, to a server that answers at once`,
    } satisfies BenchResult
  }).pipe(Effect.scoped, Effect.withSpan("rerunBench"))
