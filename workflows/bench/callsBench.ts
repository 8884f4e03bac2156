/**
 * What the journal, the limits and the retries cost: chat calls to a server on this machine, against a bare loop over
 * the `openai` client with the same number in flight. The value is the ratio of the wall times, the median of pairs
 * that run one after the other.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import type { BenchResult } from "./BenchResult.ts"
import { bareLoop, chatLoop, journaledModel, loopbackServer } from "./loopback.ts"
import { median, rounded, shown, timed } from "./timing.ts"

export interface CallsBenchOptions {
  /** How long the server takes for an answer. */
  readonly millis: number
  /** The ratio that must not be exceeded. */
  readonly target: number
  readonly calls: number
  readonly atOnce?: number
  readonly pairs?: number
}

/** Needs a file system for journals, which are removed afterwards. */
export const callsBench = ({ millis, target, calls, atOnce = 256, pairs = 3 }: CallsBenchOptions) =>
  Effect.gen(function* () {
    const url = yield* loopbackServer(millis)
    const folder = yield* Effect.flatMap(FileSystem.FileSystem, (files) => files.makeTempDirectoryScoped())
    const bare = (load = { calls, atOnce }) => bareLoop(url, load)
    // Opening and closing the journal is part of it.
    const journaled = (name: string, load = { calls, atOnce }) =>
      Effect.provide(chatLoop(load), journaledModel(url, `${folder}/${name}.db`, load))
    // Both sides run before they are measured: the compiler has then seen them.
    const warm = { calls: Math.min(calls, 2000), atOnce }
    yield* bare(warm)
    yield* journaled("warm", warm)
    const times = yield* Effect.forEach(
      Array.from({ length: pairs }, (_, pair) => pair),
      (pair) => Effect.all({ bare: timed(bare()), ours: timed(journaled(String(pair))) }),
    )
    const value = rounded(median(times.map(({ bare, ours }) => ours / bare)))
    return {
      bench: `calls-${millis}ms`,
      value,
      target,
      met: value <= target,
      unit: "times the wall time of a bare openai loop",
      against: `${calls} calls, ${atOnce} at once, ${pairs} pairs: ${shown(
        times.map(({ ours }) => ours),
        "s",
      )} journaled, ${shown(
        times.map(({ bare }) => bare),
        "s",
      )} bare`,
    } satisfies BenchResult
  }).pipe(Effect.scoped, Effect.withSpan("callsBench"))
