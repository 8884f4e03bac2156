/**
 * A real vLLM, where UNDERSTUDY_VLLM names its executable and UNDERSTUDY_VLLM_MODEL a model folder.
 * UNDERSTUDY_VLLM_ADAPTER is a folder with an adapter for it, UNDERSTUDY_VLLM_GPUS a list of GPUs (default: the CPU).
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { ServeSpec } from "../../../layers/serving/ServeSpec.ts"
import { ask, served } from "./servedClients.ts"

const {
  UNDERSTUDY_VLLM: vllm = "",
  UNDERSTUDY_VLLM_MODEL: model = "",
  UNDERSTUDY_VLLM_ADAPTER: adapter,
  UNDERSTUDY_VLLM_GPUS: gpus = "",
} = process.env

/** Pids of vLLM's API server and of whatever it has started, by their process group. */
const group = (name: string): ReadonlyArray<number> => {
  const rows = execFileSync("ps", ["-eo", "pid,pgid,args"], { encoding: "utf8" }).split("\n").slice(1)
  const all = rows.map((row) => row.trim().split(/\s+/))
  const leaders = new Set(all.filter((row) => row.includes(name) && row[0] === row[1]).map(([pid]) => pid))
  return all.filter(([, pgid]) => leaders.has(pgid)).map(([pid]) => Number(pid))
}

describe.skipIf(vllm === "" || model === "")("vLLM", () => {
  it.scopedLive(
    "answers, again after kill -9, and leaves no process",
    () =>
      Effect.gen(function* () {
        const folder = mkdtempSync(join(tmpdir(), "understudy-vllm-"))
        const name = `real-${process.pid}`
        const devices = gpus.split(",").filter((gpu) => gpu !== "")
        const spec: ServeSpec = {
          kind: "vllm",
          command: [vllm],
          model,
          servedAs: name,
          gpus: devices.length,
          args: ["--max-model-len", "2048", "--enforce-eager"],
          env: devices.length > 0 ? {} : { VLLM_CPU_KVCACHE_SPACE: "1" },
          // Where there is an adapter it is what answers: the last of the names.
          ...(adapter === undefined ? {} : { adapters: { tuned: { folder: adapter } } }),
        }
        const said = (line: string) => Effect.sync(() => console.log(new Date().toISOString(), line))
        const left = yield* Effect.gen(function* () {
          const first = yield* ask(name, "What is the capital of France?")
          yield* said(`answered: ${JSON.stringify(first)}`)
          assert.isAbove(first.trim().length, 0)
          const before = group(name)
          assert.isAbove(before.length, 0)
          process.kill(before[0] ?? 0, "SIGKILL")
          yield* said(`killed ${before[0]} of ${before.length} processes`)
          const second = yield* ask(name, "What is the capital of Italy?")
          yield* said(`answered: ${JSON.stringify(second)}`)
          const after = group(name)
          assert.deepEqual(
            after.filter((pid) => before.includes(pid)),
            [],
          )
          return after
        }).pipe(Effect.provide(served(folder, { [name]: spec }, { gpus: devices, onProgress: said })))
        assert.isAbove(left.length, 0)
        assert.deepEqual(group(name), [])
      }),
    1_800_000,
  )
})
