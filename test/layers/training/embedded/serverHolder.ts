/** Starts the real server in the folder given, prints its pid, and waits to be killed. */
import { FetchHttpClient } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Effect } from "effect"
import { findInstall } from "../../../../layers/training/embedded/EmbeddedInstall.ts"
import { make } from "../../../../layers/training/embedded/EmbeddedServer.ts"

const program = Effect.gen(function* () {
  const install = yield* findInstall()
  const server = yield* make({ install, folder: process.argv[2] ?? "" })
  console.log(yield* server.pid)
  return yield* Effect.never
})

Effect.runFork(program.pipe(Effect.scoped, Effect.provide(NodeContext.layer), Effect.provide(FetchHttpClient.layer)))
