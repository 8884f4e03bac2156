/** `npm run conformance -- <folder>`: exit code 0 if nothing failed, 1 if something did, 64 for bad usage. */
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Array as Arr, Console, Effect } from "effect"
import { runConformance } from "./Conformance.ts"
import type { TopicResult } from "./Conformance.ts"

const line = ({ topic, passed, failed }: TopicResult) => `${topic}: ${passed} passed, ${failed} failed`

const report = (results: ReadonlyArray<TopicResult>) => {
  const total = (field: "passed" | "failed") => results.reduce((sum, result) => sum + result[field], 0)
  const details = (result: TopicResult) => [
    line(result),
    ...result.problems.slice(0, 20).map((problem) => `  ${problem}`),
    ...(result.problems.length > 20 ? [`  and ${result.problems.length - 20} more`] : []),
  ]
  return [...results.flatMap(details), `${total("passed")} passed, ${total("failed")} failed`].join("\n")
}

const main = Effect.fn("conformance")(function* (args: ReadonlyArray<string>) {
  const [folder] = args
  if (folder === undefined || args.length !== 1) {
    yield* Console.error("Usage: npm run conformance -- <folder of reference vectors>")
    return 64
  }
  const results = yield* runConformance(folder)
  yield* Console.log(report(results))
  return results.some((result) => result.failed > 0) ? 1 : 0
})

const program = main(Arr.drop(process.argv, 2)).pipe(
  Effect.catchAll((error) => Console.error(error.message).pipe(Effect.as(1))),
  Effect.tap((code) => Effect.sync(() => (process.exitCode = code))),
  Effect.provide(NodeContext.layer),
)

NodeRuntime.runMain(program)
