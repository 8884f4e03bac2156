/** Model servers that are a script, and what there is to know about processes. */
import { assert } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ServeSpec } from "../../../layers/serving/ServeSpec.ts"

export const script = join(import.meta.dirname, "../../support/scriptedModelServer.js")

/** A folder of its own, in which `behave` says what the servers do and `events` what they did. */
export const scripted = () => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-serving-"))
  const behaviour = join(folder, "behaviour")
  const events = join(folder, "events")
  const behave = (how: "serve" | "die" | "never" | "slow") => writeFileSync(behaviour, how)
  behave("serve")
  const spec = (fields: Partial<Extract<ServeSpec, { kind: "vllm" }>> = {}): ServeSpec => ({
    kind: "vllm",
    command: [process.execPath, script],
    model: "org/tiny",
    gpus: 0,
    readyWithinSeconds: 120,
    args: ["--behaviour", behaviour, "--events", events],
    ...fields,
  })
  return {
    folder,
    behave,
    spec,
    events: () => (existsSync(events) ? readFileSync(events, "utf8").trim().split("\n") : []),
  }
}

export const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A killed process that nobody has waited for yet is none any more.
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")
  } catch {
    return false
  }
}

export const until = (look: () => boolean) =>
  Effect.repeat(Effect.sync(look), { until: (there) => there, schedule: Schedule.spaced("20 millis") })

/** What a scripted server says of itself in an answer. */
export const factsOf = (text: string) => {
  const facts = JSON.parse(text) as { pid: number; gpus: string; key?: string; model: string }
  assert.isAbove(facts.pid, 0)
  return facts
}
