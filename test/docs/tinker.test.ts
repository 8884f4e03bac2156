/** The examples of docs/tinker.md, as one program. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { scriptedTinker } from "../support/ScriptedTinker.ts"

const root = resolve(import.meta.dirname, "../..")
const require = createRequire(join(root, "package.json"))
const blocks = [...readFileSync(join(root, "docs/tinker.md"), "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(
  ([, block = ""]) => block,
)
const run = (args: ReadonlyArray<string>, cwd: string, env = {}) =>
  Effect.promise(() =>
    promisify(execFile)(process.execPath, args, { cwd, env: { ...process.env, NODE_OPTIONS: "", ...env } }).catch(
      (error: { readonly message: string; readonly stdout: string }) => {
        throw new Error(`${error.message}\n${error.stdout}`)
      },
    ),
  )

describe("docs/tinker.md", () => {
  it.scopedLive(
    "has a program that connects, trains, samples and saves",
    () =>
      Effect.gen(function* () {
        const server = yield* scriptedTinker()
        // Below the checkout, whose packages it uses.
        mkdirSync(join(root, ".cache"), { recursive: true })
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(root, ".cache/docs-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true })),
        )
        mkdirSync(join(folder, "node_modules"))
        symlinkSync(root, join(folder, "node_modules/understudy"))
        writeFileSync(join(folder, "package.json"), `{"type":"module"}`)
        writeFileSync(join(folder, "example.ts"), blocks.join("\n"))
        const tsx = pathToFileURL(require.resolve("tsx")).href
        const env = { TINKER_URL: server.url }
        const { stdout } = yield* run(["--conditions=understudy-source", "--import", tsx, "example.ts"], folder, env)
        assert.match(stdout, /^log-probabilities before the step \[ -[\d.]+, -[\d.]+, -[\d.]+ \]$/m)
        assert.match(stdout, /^sampled \[[ \d,\n]+\]$/m)
        assert.match(stdout, /^saved tinker:\/\/model_\d+\/weights\/step-1$/m)
        assert.lengthOf([...server.state.checkpoints.values()].at(-1)?.applied ?? [], 1)
        assert.strictEqual(server.state.models.size, 0)
      }),
    240_000,
  )
})
