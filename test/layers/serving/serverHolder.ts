/** Starts a scripted server in the folder given, prints its pid, and waits to be killed. */
import { FetchHttpClient } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect, Schema } from "effect"
import { join } from "node:path"
import { freePort, make } from "../../../layers/serving/ModelServer.ts"
import { ServeSpec } from "../../../layers/serving/ServeSpec.ts"

const program = Effect.gen(function* () {
  const [folder = "", text = ""] = process.argv.slice(2)
  const spec = yield* Schema.decode(Schema.parseJson(ServeSpec))(text)
  const port = yield* freePort
  const server = yield* make({ name: "held", spec, port, devices: [], logPath: join(folder, "held.log") })
  console.log(yield* server.pid)
  return yield* Effect.never
})

Effect.runFork(program.pipe(Effect.scoped, Effect.provide(NodeContext.layer), Effect.provide(FetchHttpClient.layer)))
