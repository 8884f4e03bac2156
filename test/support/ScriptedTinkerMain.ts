/**
 * The scripted server in a process of its own. Prints one JSON line with its URL, then serves until it is killed.
 *
 *     tsx test/support/ScriptedTinkerMain.ts [--port N] [--state FILE] [--model NAME] [--slots N] [--delay MILLIS]
 *
 * `POST /scripted/faults {route, faults}` queues faults, `GET /scripted/counts` tells requests by route. Checkpoints in
 * the state file outlive the process; `--delay` slows every result down, so that kills find something in flight.
 */
import { NodeRuntime } from "@effect/platform-node"
import { parseArgs } from "node:util"
import { Console, Effect } from "effect"
import { scriptedTinker } from "./ScriptedTinker.ts"

const text = { type: "string" } as const
const { values } = parseArgs({ options: { port: text, state: text, model: text, slots: text, delay: text } })
const delay = Number(values.delay ?? 0)

const program = Effect.gen(function* () {
  const { url } = yield* scriptedTinker({
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.slots === undefined ? {} : { slots: Number(values.slots) }),
    ...(values.state === undefined ? {} : { stateFile: values.state }),
    ...(values.model === undefined ? {} : { baseModel: values.model }),
    everyFault: (route) => (route === "retrieve_future" && delay > 0 ? { kind: "delay", millis: delay } : undefined),
  })
  yield* Console.log(JSON.stringify({ url }))
  return yield* Effect.never
})

NodeRuntime.runMain(Effect.scoped(program))
