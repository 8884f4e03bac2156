/**
 * What thousands of conversations take of memory: `understudy run` of a `Simulate` step against a server on this machine,
 * as a fresh process, at its peak. Against the same with few conversations: what does not grow with their number is no
 * matter, what does is.
 */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { BenchBroken } from "./BenchResult.ts"
import type { BenchResult } from "./BenchResult.ts"
import { loopbackServer } from "./loopback.ts"
import { rounded, timed } from "./timing.ts"

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
      const peaks = `${folder}/peaks-${count}`
      yield* files.writeFileString(peaks, "")
      const seconds = yield* timed(run(count, peaks, ["--home", `${folder}/home-${count}`, "--config", config]))
      const lines = (yield* files.readFileString(peaks)).trim().split("\n")
      return { seconds, megabytes: Math.max(...lines.map(Number)) / 1e6 }
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

const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const preload = pathToFileURL(local("./peakMemory.js")).href

const run = (count: number, peaks: string, options: ReadonlyArray<string>) =>
  Effect.async<void, BenchBroken>((resume) => {
    const file = local("./heldConversations.ts")
    const child = spawn(process.execPath, [local("../../bin/understudy.js"), "run", file, ...options], {
      stdio: ["ignore", "ignore", "pipe"],
      env: {
        ...process.env,
        NODE_OPTIONS: `--import=${preload}`,
        UNDERSTUDY_BENCH_PEAKS: peaks,
        UNDERSTUDY_BENCH_CONVERSATIONS: String(count),
      },
    })
    let said = ""
    child.stderr.on("data", (data) => (said = `${said}${String(data)}`.slice(-2000)))
    child.on("close", (code) =>
      resume(
        code === 0
          ? Effect.void
          : Effect.fail(BenchBroken.make({ detail: `understudy run ended with code ${code}: ${said}` })),
      ),
    )
    return Effect.sync(() => child.kill())
  })
