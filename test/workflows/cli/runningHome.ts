/** `experiments/evaluated.ts` in a home of its own, against a scripted endpoint, by the real command line. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault, ScriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import { fraction } from "../../support/tinker/ScriptedState.ts"

const bin = join(import.meta.dirname, "../../../bin/understudy.js")
export const evaluated = join(import.meta.dirname, "../experiments/evaluated.ts")

export interface Running {
  readonly pid: number
  /** To every process of its group, as a terminal does. */
  readonly signalGroup: (signal: NodeJS.Signals) => Effect.Effect<void>
  /** To the wrapper alone. */
  readonly signal: (signal: NodeJS.Signals) => Effect.Effect<void>
  readonly ended: Effect.Effect<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }>
}

export interface RunningHome {
  readonly folder: string
  readonly home: string
  readonly server: ScriptedOpenAi
  /** What the endpoint does with each request, once it is one of a known kind; default: its usual answer. */
  behave: (arrival: Arrival) => Fault | undefined
  readonly start: (...args: ReadonlyArray<string>) => Effect.Effect<Running>
  readonly cli: (...args: ReadonlyArray<string>) => Running["ended"]
}

export const runningHome = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-running-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true })),
  )
  const home = join(folder, "home")
  const config = join(folder, "understudy.config.mjs")
  const server = yield* scriptedOpenAi({ everyFault: (arrival) => made.behave(arrival) ?? formOf(arrival) })
  // Ten tokens in and five out, the scripted usage, cost 20 micro-dollars.
  const price = { prompt: 1, completion: 2, asOf: "2026-01-01" }
  const models = { assistant: { price }, simulator: { price }, judge: { price } }
  const settings = { endpoints: { default: { url: server.url } }, models }
  writeFileSync(config, `export default ${JSON.stringify(settings)}\n`)
  const start: RunningHome["start"] = (verb = "", ...args) =>
    Effect.sync(() => {
      const configured = ["run", "retry", "plan"].includes(verb) ? ["--config", config] : []
      const child = spawn(process.execPath, [bin, verb, ...args, "--home", home, ...configured], { detached: true })
      const pid = child.pid ?? 0
      let [stdout, stderr] = ["", ""]
      child.stdout.on("data", (data) => (stdout += String(data)))
      child.stderr.on("data", (data) => (stderr += String(data)))
      const closed = new Promise<number | null>((resolve) => child.on("close", resolve))
      return {
        pid,
        signal: (signal) => Effect.sync(() => void process.kill(pid, signal)),
        signalGroup: (signal) => Effect.sync(() => void process.kill(-pid, signal)),
        ended: Effect.map(
          Effect.promise(() => closed),
          (status) => ({ status, stdout, stderr }),
        ),
      }
    })
  const made: RunningHome = {
    folder,
    home,
    server,
    behave: () => undefined,
    start,
    cli: (...args) => Effect.flatMap(start(...args), ({ ended }) => ended),
  }
  return made
})

/** What is asked for by a JSON schema gets an object of its form. */
const formOf = ({ body, hash }: Arrival): Fault | undefined => {
  const format = body["response_format"] as { readonly json_schema: { readonly name: string } } | undefined
  if (format === undefined) return undefined
  const reply =
    format.json_schema.name === "verdict"
      ? { thought: `grade ${hash.slice(0, 6)}`, score: Math.floor(fraction(hash) * 11) }
      : { current_answer: "so far", thought: "well", response: `and what of ${hash.slice(0, 6)}?` }
  return { kind: "text", text: JSON.stringify(reply) }
}
