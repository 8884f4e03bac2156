/**
 * `npm run bench [-- NAME...]`: how fast this is, against targets. One JSON line for each figure as it comes, then a
 * table. Exit code 0 when everything was measured, whether or not a target was met; 1 when not; 64 for bad usage.
 */
import type { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Either } from "effect"
import type { BenchResult } from "./BenchResult.ts"
import { callsBench } from "./callsBench.ts"
import { conversationsBench } from "./conversationsBench.ts"
import { cookbookBench } from "./cookbookBench.ts"
import { homeBench } from "./homeBench.ts"
import { prepareBench } from "./prepareBench.ts"
import { reportBench } from "./reportBench.ts"
import { reportCellBench } from "./reportCellBench.ts"
import { rerunBench } from "./rerunBench.ts"
import { trainerBench } from "./trainerBench.ts"

type Bench = Effect.Effect<ReadonlyArray<BenchResult>, string, FileSystem.FileSystem>

const several = <E extends { readonly message: string }>(
  bench: Effect.Effect<ReadonlyArray<BenchResult>, E, FileSystem.FileSystem>,
): Bench => Effect.mapError(bench, ({ message }) => message)

const one = <E extends { readonly message: string }>(bench: Effect.Effect<BenchResult, E, FileSystem.FileSystem>) =>
  several(Effect.map(bench, (result) => [result]))

const benches: ReadonlyMap<string, Bench> = new Map([
  ["calls-50ms", one(callsBench({ millis: 50, target: 1.5, calls: 10_000 }))],
  ["calls-500ms", one(callsBench({ millis: 500, target: 1.05, calls: 10_000 }))],
  ["rerun", one(rerunBench({ calls: 20_000, target: 20_000 }))],
  ["home", several(homeBench({ calls: 1_000_000, targetSeconds: 5, targetMegabytes: 600 }))],
  ["conversations", one(conversationsBench({ few: 500, many: 5000, target: 1.5 }))],
  [
    "prepare",
    several(
      prepareBench({
        rows: 200_000,
        manyRows: 1_000_000,
        targetRatio: 0.5,
        targetBytesPerRow: 64,
        say: (line) => Console.error(`  ${line}`),
      }),
    ),
  ],
  [
    "cookbook",
    several(cookbookBench({ pairs: 5, targetRatio: 1.05, targetShare: 3, say: (line) => Console.error(`  ${line}`) })),
  ],
  ["report", several(reportBench({ talks: 100_000, targetSeconds: 20, targetMegabytes: 1000, targetView: 2 }))],
  ["report-cell", several(reportCellBench({ users: 100_000, targetSeconds: 180, targetMegabytes: 1500 }))],
  ["trainer", one(trainerBench({ target: 3, say: (line) => Console.error(`  ${line}`) }))],
])

const row = ({ bench, value, target, met, unit, against }: BenchResult) =>
  `${bench.padEnd(16)} ${String(value).padStart(8)} ${String(target).padStart(8)}  ${(met ? "met" : "missed").padEnd(6)}  ${unit}\n${" ".repeat(44)}${against}`

const header = `${"bench".padEnd(16)} ${"value".padStart(8)} ${"target".padStart(8)}  ${"".padEnd(6)}  unit; against`

const main = Effect.fn("bench")(function* (names: ReadonlyArray<string>) {
  const unknown = names.filter((name) => !benches.has(name))
  if (unknown.length > 0) {
    yield* Console.error(`There is no bench ${unknown.join(", ")}. Choose from ${[...benches.keys()].join(", ")}.`)
    return 64
  }
  const rows: Array<string> = []
  let code = 0
  for (const [name, bench] of benches) {
    if (names.length > 0 && !names.includes(name)) continue
    yield* Console.error(`${name} ...`)
    const results = yield* Effect.either(bench)
    if (Either.isLeft(results)) {
      code = 1
      rows.push(`${name.padEnd(16)} not measured: ${results.left}`)
      continue
    }
    for (const result of results.right) {
      yield* Console.log(JSON.stringify(result))
      rows.push(row(result))
    }
  }
  yield* Console.log(["", header, ...rows].join("\n"))
  return code
})

main(process.argv.slice(2)).pipe(
  Effect.tap((code) => Effect.sync(() => (process.exitCode = code))),
  Effect.provide(NodeContext.layer),
  NodeRuntime.runMain,
)
