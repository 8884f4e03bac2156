/**
 * `understudy plan` on a home full of calls, as a fresh process: its wall time, and the memory of its processes at
 * their peaks taken together. The page cache is warm: the home was just written. Against an empty home.
 */
import { FileSystem } from "@effect/platform"
import { Effect, Layer, Schema } from "effect"
import { fileURLToPath } from "node:url"
import { Home } from "../../src/journal/Home.ts"
import { loadStudy } from "../cli/loadStudy.ts"
import { BenchBroken } from "./BenchResult.ts"
import type { BenchResult } from "./BenchResult.ts"
import { buildHome } from "./buildHome.ts"
import { measureNode, together, understudy } from "./runProgram.ts"
import { median, rounded, shown, timed } from "./timing.ts"

export interface HomeBenchOptions {
  readonly calls: number
  readonly targetSeconds: number
  readonly targetMegabytes: number
  readonly pairs?: number
}

/** Needs a file system with about a kilobyte for each call, which is given back. */
export const homeBench = ({ calls, targetSeconds, targetMegabytes, pairs = 3 }: HomeBenchOptions) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const [full, empty] = [`${folder}/full`, `${folder}/empty`]
    const { graph } = yield* loadStudy(grid)
    yield* buildHome(full, graph, calls)
    const runs = yield* Effect.forEach(
      Array.from({ length: pairs }, () => undefined),
      () => Effect.all({ empty: measured(empty), full: measured(full) }),
    )
    const wrong = runs.find((run) => run.full.done !== graph.nodes.length || run.empty.done !== 0)
    if (wrong !== undefined) {
      return yield* BenchBroken.make({ detail: `plan found ${wrong.full.done} of ${graph.nodes.length} steps done` })
    }
    // For a run the home is opened to be written.
    const writing = yield* timed(Effect.scoped(Layer.build(Home.layer(full))))
    const of = (home: "full" | "empty", what: "seconds" | "megabytes") => runs.map((run) => run[home][what])
    const result = (what: "seconds" | "megabytes", target: number, unit: string, note: string) => {
      const value = rounded(median(of("full", what)))
      return {
        bench: `home-${what}`,
        value,
        target,
        met: value <= target,
        unit: `${unit} to plan ${graph.nodes.length} steps over ${calls} journaled calls`,
        against: `${shown(of("full", what), what)}; an empty home ${shown(of("empty", what), what)}${note}`,
      } satisfies BenchResult
    }
    return [
      result("seconds", targetSeconds, "seconds", `; opening and closing it for a run ${shown([writing], "seconds")}`),
      result("megabytes", targetMegabytes, "megabytes of memory at the peak", ""),
    ]
  }).pipe(Effect.scoped, Effect.withSpan("homeBench"))

const grid = fileURLToPath(new URL("./bigGrid.ts", import.meta.url))

const Planned = Schema.parseJson(Schema.Struct({ steps: Schema.Array(Schema.Struct({ state: Schema.String })) }))

const measured = (home: string) =>
  Effect.gen(function* () {
    const { output, seconds, peaks } = yield* measureNode([understudy, "plan", grid, "--home", home, "--json"])
    const { steps } = yield* Schema.decode(Planned)(output)
    return { seconds, megabytes: together(peaks), done: steps.filter(({ state }) => state === "done").length }
  })
