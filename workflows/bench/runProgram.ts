/** Programs that a bench runs as processes of their own. */
import { FileSystem } from "@effect/platform"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { fileURLToPath, pathToFileURL } from "node:url"
import { BenchBroken } from "./BenchResult.ts"

type Env = Readonly<Record<string, string>>

/** The command line of this package, to be run by Node. */
export const understudy = fileURLToPath(new URL("../../bin/understudy.js", import.meta.url))

/** What it writes to stdout. `BenchBroken`, with the end of its stderr, unless it ends with 0. */
export const runProgram = (program: string, args: ReadonlyArray<string>, env: Env = {}) =>
  Effect.async<string, BenchBroken>((resume) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } })
    const chunks: Array<Buffer> = []
    let errors = ""
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => (errors = `${errors}${String(chunk)}`.slice(-2000)))
    child.on("error", ({ message }) => resume(BenchBroken.make({ detail: `${program} can't be run: ${message}` })))
    child.on("close", (code) =>
      resume(
        code === 0
          ? Effect.succeed(Buffer.concat(chunks).toString())
          : BenchBroken.make({ detail: `${program} ${args.join(" ")} ended with code ${code}: ${errors}` }),
      ),
    )
    return Effect.sync(() => child.kill())
  })

/**
 * A Node program by its file and arguments, measured: wall time, and the peak memory (MB) of each of its Node processes.
 * Needs Linux.
 */
export const measureNode = Effect.fn("measureNode")(function* (args: ReadonlyArray<string>, env: Env = {}) {
  const files = yield* FileSystem.FileSystem
  const peaks = yield* files.makeTempFileScoped()
  const began = performance.now()
  const output = yield* runProgram(process.execPath, args, {
    ...env,
    NODE_OPTIONS: `--import=${preload}`,
    UNDERSTUDY_BENCH_PEAKS: peaks,
  })
  const seconds = (performance.now() - began) / 1000
  const lines = (yield* files.readFileString(peaks)).trim().split("\n")
  return { output, seconds, peaks: lines.map((bytes) => Number(bytes) / 1e6) }
}, Effect.scoped)

/** MB of all processes, as if all were at their peaks at once. */
export const together = (peaks: ReadonlyArray<number>) => peaks.reduce((sum, megabytes) => sum + megabytes, 0)

const preload = pathToFileURL(fileURLToPath(new URL("./peakMemory.js", import.meta.url))).href
