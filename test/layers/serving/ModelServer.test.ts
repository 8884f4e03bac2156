import { FetchHttpClient } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { spawn } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { freePort, make } from "../../../layers/serving/ModelServer.ts"
import type { ServeSpec } from "../../../layers/serving/ServeSpec.ts"
import { lives, scripted, until } from "./servingFixtures.ts"

const platform = Layer.merge(NodeContext.layer, FetchHttpClient.layer)

const start = (folder: string, spec: ServeSpec, port?: number) =>
  Effect.gen(function* () {
    const at = port ?? (yield* freePort)
    return yield* make({ name: "tiny", spec, port: at, devices: [], logPath: join(folder, "logs", "tiny.log") })
  })

// Each starts processes, which takes its time on a busy machine.
describe("ModelServer", { timeout: 240_000 }, () => {
  it.scopedLive("serves on a loopback port, with a log, until its scope ends", () =>
    Effect.gen(function* () {
      const { folder, spec, events } = scripted()
      const pid = yield* Effect.scoped(
        Effect.gen(function* () {
          const server = yield* start(folder, spec())
          const listed = yield* Effect.promise(() => fetch(`${server.url}/models`).then((reply) => reply.json()))
          assert.deepEqual(listed, { data: [{ id: "org/tiny", object: "model" }] })
          assert.deepEqual([yield* server.restarts, yield* server.lastExit], [0, Option.none()])
          return yield* server.pid
        }),
      )
      assert.isFalse(lives(pid))
      assert.deepEqual(events(), ["start org/tiny", "stop org/tiny"])
      assert.strictEqual(readFileSync(join(folder, "logs", "tiny.log"), "utf8"), "behaving as serve\n")
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("starts again on the same port after kill -9", () =>
    Effect.gen(function* () {
      const { folder, spec } = scripted()
      const server = yield* start(folder, spec())
      const first = yield* server.pid
      process.kill(first, "SIGKILL")
      yield* Effect.repeat(server.restarts, { until: (now) => now === 1 })
      yield* server.ready
      assert.notStrictEqual(yield* server.pid, first)
      assert.deepEqual(yield* server.lastExit, Option.some("SIGKILL"))
      const { status } = yield* Effect.promise(() => fetch(`${server.url}/models`))
      assert.strictEqual(status, 200)
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("gives up after the restarts allowed, with the last lines of the log", () =>
    Effect.gen(function* () {
      const { folder, behave, spec } = scripted()
      const server = yield* start(folder, spec({ maxRestarts: 2 }))
      behave("die")
      process.kill(yield* server.pid, "SIGKILL")
      const error = yield* Effect.flip(server.down)
      assert.include(error.message, "The server of endpoint tiny died after 2 restarts (exit code 3).")
      assert.isTrue(error.message.endsWith("behaving as die"), error.message)
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive.each([
    ["die", "ServerDied", /died \(exit code 3\)\. Its log is .*tiny\.log; the last lines:\nbehaving as die$/],
    ["never", "ServerNotReady", /not ready after 8 s: it serves no models, and org\/tiny was waited for/],
  ] as const)("fails at the start: %s", ([how, tag, message]) =>
    Effect.gen(function* () {
      const { folder, behave, spec } = scripted()
      behave(how)
      const error = yield* Effect.flip(start(folder, spec({ readyWithinSeconds: how === "never" ? 8 : 60 })))
      assert.strictEqual(error._tag, tag)
      assert.match(error.message, message)
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("says so when there is no such program", () =>
    Effect.gen(function* () {
      const { folder, spec } = scripted()
      for (const program of ["/nowhere/vllm", "no-such-vllm"]) {
        const error = yield* Effect.flip(start(folder, spec({ command: [program] })))
        assert.strictEqual(error._tag, "ServerNotFound")
        assert.include(error.message, `there is no program ${program}. Install it`)
      }
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("says so when the port is taken", () =>
    Effect.gen(function* () {
      const { folder, spec, events } = scripted()
      const stranger = createServer()
      yield* Effect.acquireRelease(
        Effect.async<void>((resume) => void stranger.listen(0, "127.0.0.1", () => resume(Effect.void))),
        () => Effect.sync(() => void stranger.close()),
      )
      const { port } = stranger.address() as AddressInfo
      const error = yield* Effect.flip(start(folder, spec(), port))
      assert.strictEqual(error._tag, "ServerPortTaken")
      assert.deepEqual(events(), [])
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("ends with the process that started it, however that ends", () =>
    Effect.gen(function* () {
      const { folder, spec } = scripted()
      const holder = join(import.meta.dirname, "serverHolder.ts")
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(
            process.execPath,
            ["--conditions=understudy-source", "--import", "tsx", holder, folder, JSON.stringify(spec())],
            {
              stdio: ["ignore", "pipe", "inherit"],
            },
          ),
        ),
        (started) => Effect.sync(() => started.kill("SIGKILL")),
      )
      const pid = yield* Effect.async<number>((resume) => {
        child.stdout.once("data", (text: Buffer) => resume(Effect.succeed(Number(text.toString("utf8")))))
      })
      assert.isTrue(lives(pid))
      child.kill("SIGKILL")
      yield* until(() => !lives(pid))
    }),
  )
})
