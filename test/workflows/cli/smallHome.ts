/** A home in which `experiments/small.ts` has run, by the real command line, against a scripted trainer. */
import { Context, Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { config, vocabulary } from "../../support/tinyTokenizer.ts"

export const experiments = join(import.meta.dirname, "../experiments")
const bin = join(import.meta.dirname, "../../../bin/understudy.js")

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command line; the scripted trainer answers meanwhile. */
export const understudy = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
  Effect.async<Ended>((resume) => {
    const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } })
    let [stdout, stderr] = ["", ""]
    child.stdout.on("data", (data) => (stdout += String(data)))
    child.stderr.on("data", (data) => (stderr += String(data)))
    child.on("close", (status) => resume(Effect.succeed({ status, stdout, stderr })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

export class SmallHome extends Context.Tag("test/SmallHome")<SmallHome, Effect.Effect.Success<typeof make>>() {
  /** The home is gone with the scope. */
  static readonly layer = Layer.scoped(
    SmallHome,
    Effect.suspend(() => make),
  )
}

const make = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-cli-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true })),
  )
  const server = yield* scriptedTinker()
  const tokenizer = join(folder, "tokenizer")
  mkdirSync(tokenizer)
  writeFileSync(join(tokenizer, "tokenizer.json"), JSON.stringify(vocabulary))
  writeFileSync(join(tokenizer, "tokenizer_config.json"), JSON.stringify(config))
  const corpus = join(folder, "corpus.jsonl")
  writeFileSync(corpus, rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
  const trainer = { kind: "tinker", url: server.url, tokenizers: { "scripted-base": tokenizer } }
  const configFile = join(folder, "understudy.config.mjs")
  writeFileSync(configFile, `export default ${JSON.stringify({ trainer })}\n`)
  const home = join(folder, "home")
  /** In a home, without any installed trainer. */
  const cliIn = (where: string, ...args: ReadonlyArray<string>) =>
    understudy([...args, "--home", where], { SMALL_CORPUS: corpus, UNDERSTUDY_CACHE: join(folder, "no-cache") })
  const cli = (...args: ReadonlyArray<string>) => cliIn(home, ...args)
  const ran = yield* cli("run", join(experiments, "small.ts"), "--config", configFile, "--json")
  if (ran.status !== 0) return yield* Effect.dieMessage(`the run that all else reads failed: ${ran.stderr}`)
  return { folder, home, server, configFile, cli, cliIn }
})

const rows = Array.from({ length: 24 }, (_, i) => ({
  conversation_hash: `c${i}`,
  hashed_ip: `u${i % 8}`,
  conversation: [
    { role: "user", content: `What is number ${i}?` },
    { role: "assistant", content: `It comes after ${i - 1}.` },
    { role: "user", content: "ok and then?" },
    { role: "assistant", content: `Then comes ${i + 1}.` },
  ],
}))
