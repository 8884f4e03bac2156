/**
 * The scripted server in a process of its own. Prints one JSON line with its URL, then serves until it is killed.
 *
 *     tsx test/support/ScriptedOpenAiMain.ts [--port N] [--delay MILLIS] [--model NAME]... [--fail-every N]
 *
 * `GET /v1/scripted/counts` tells how often each request came, by its hash. With `--fail-every N` every N-th request is
 * answered with 429, 500, a broken connection and no JSON, in turns.
 */
import { NodeRuntime } from "@effect/platform-node"
import { parseArgs } from "node:util"
import { Console, Effect } from "effect"
import { scriptedOpenAi } from "./ScriptedOpenAi.ts"
import type { Fault } from "./ScriptedOpenAi.ts"

const text = { type: "string" } as const
const { values } = parseArgs({
  options: { port: text, delay: text, model: { ...text, multiple: true }, "fail-every": text },
})
const every = Number(values["fail-every"] ?? 0)
const faults: ReadonlyArray<Fault> = [
  { kind: "reply", status: 429, body: { error: { message: "slow down" } }, headers: { "retry-after-ms": "20" } },
  { kind: "reply", status: 500, body: { error: { message: "out of order" } } },
  { kind: "drop" },
  { kind: "reply", status: 200, body: "not JSON" },
]

const program = Effect.gen(function* () {
  const { url } = yield* scriptedOpenAi({
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.model === undefined ? {} : { models: values.model }),
    delay: Number(values.delay ?? 0),
    everyFault: (_, index) =>
      every > 0 && index % every === every - 1 ? faults[Math.floor(index / every) % faults.length] : undefined,
  })
  yield* Console.log(JSON.stringify({ url }))
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.scoped(program))
