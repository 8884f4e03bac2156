/**
 * What thousands of conversations take of memory: `understudy run` of a `Simulate` step against a server on this machine,
 * as a fresh process, at its peak. Against the same with few conversations: what does not grow with their number is no
 * matter, what does is.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import type { BenchResult } from "./BenchResult.ts"
import { loopbackServer } from "./loopback.ts"
import { measureNode, understudy } from "./runProgram.ts"
import { rounded } from "./timing.ts"

export interface ConversationsBenchOptions {
  readonly few: number
  readonly many: number
  /** The ratio of their peaks that must not be exceeded. */
  readonly target: number
}

/** Needs a file system with about 20 kilobytes for each conversation, which is given back. */
export const conversationsBench = ({ few, many, target }: ConversationsBenchOptions) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const folder = yield* files.makeTempDirectoryScoped()
    const url = yield* loopbackServer(5, "turns")
    const config = `${folder}/understudy.config.mjs`
    yield* files.writeFileString(config, `export default ${JSON.stringify({ endpoints: { default: { url } } })}\n`)
    const held = Effect.fnUntraced(function* (count: number) {
      const { seconds, peaks } = yield* measureNode(
        [understudy, "run", experiment, "--home", `${folder}/home-${count}`, "--config", config],
        { UNDERSTUDY_BENCH_CONVERSATIONS: String(count) },
      )
      return { seconds, megabytes: Math.max(...peaks) }
    })
    const small = yield* held(few)
    const large = yield* held(many)
    const value = rounded(large.megabytes / small.megabytes)
    return {
      bench: "conversations",
      value,
      target,
      met: value <= target,
      unit: `times the peak memory of ${few} conversations, for ${many}`,
      against: `${rounded(large.megabytes)} MB in ${rounded(large.seconds)} s against ${rounded(small.megabytes)} MB in ${rounded(small.seconds)} s`,
    } satisfies BenchResult
  }).pipe(Effect.scoped, Effect.withSpan("conversationsBench"))

const experiment = fileURLToPath(new URL("./heldConversations.ts", import.meta.url))
