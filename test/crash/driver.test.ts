import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, assert, describe, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "understudy-crash-"))
afterAll(() => rmSync(folder, { recursive: true }))

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href
const child = join(import.meta.dirname, "child.ts")
const log = join(folder, "log")
const done = () => (existsSync(log) ? readFileSync(log, "utf8").split("\n").filter(Boolean) : [])

/** Runs the child and kills it with SIGKILL once `shards` have finished; undefined lets it end. */
const run = (shards: number | undefined) =>
  new Promise<{ readonly killed: boolean; readonly stdout: string }>((resolve) => {
    const process_ = spawn(process.execPath, ["--import", tsx, child, join(folder, "engine.db"), log], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    let stdout = ""
    process_.stdout.on("data", (data) => (stdout += String(data)))
    const watch = setInterval(() => {
      if (shards !== undefined && done().length >= shards) process_.kill("SIGKILL")
    }, 1)
    process_.on("close", (_, signal) => {
      clearInterval(watch)
      resolve({ killed: signal === "SIGKILL", stdout })
    })
  })

describe("a run killed with SIGKILL", () => {
  it("goes on where it was, repeating only the shards in flight", { timeout: 60_000 }, async () => {
    for (const shards of [5, 14, 27]) assert.isTrue((await run(shards)).killed)
    const { stdout } = await run(undefined)
    const total = Array.from({ length: 40 }, (_, i) => i * i).reduce((a, b) => a + b, 0)
    assert.deepEqual(JSON.parse(stdout), [{ _tag: "Done", output: { _tag: "Sum", total } }])
    assert.strictEqual(new Set(done()).size, 40)
    // Two shards are in flight at each of three kills; a third may have begun in the instant before the signal.
    assert.isAtMost(done().length - 40, 3 * 3)
  })
})
