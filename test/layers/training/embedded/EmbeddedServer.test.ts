import { FetchHttpClient } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schedule } from "effect"
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { EmbeddedInstall } from "../../../../layers/training/embedded/EmbeddedInstall.ts"
import { make } from "../../../../layers/training/embedded/EmbeddedServer.ts"

const platform = Layer.merge(NodeContext.layer, FetchHttpClient.layer)

describe("EmbeddedServer", () => {
  it.scopedLive("answers on a loopback port, with a log, until its scope ends", () =>
    Effect.gen(function* () {
      const { folder, options } = fake("normal")
      const pid = yield* Effect.scoped(
        Effect.gen(function* () {
          const lines: Array<string> = []
          const onProgress = (line: string) => Effect.sync(() => void lines.push(line))
          const server = yield* make({ ...options, onProgress })
          assert.match(server.url, /^http:\/\/127\.0\.0\.1:\d+$/)
          assert.strictEqual(server.logPath, join(folder, "server.log"))
          assert.deepEqual(lines, ["starting the trainer", "the trainer loads its model", "the trainer is ready"])
          assert.deepEqual([yield* server.restarts, yield* server.lastExit], [0, Option.none()])
          const pid = yield* server.pid
          assert.isTrue(lives(pid))
          return pid
        }),
      )
      assert.isFalse(lives(pid))
      assert.deepEqual(readdirSync(join(folder, "instances")), [])
      assert.strictEqual(readFileSync(join(folder, "server.log"), "utf8"), "behaving as normal\n")
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("starts again on the same port when it dies", () =>
    Effect.gen(function* () {
      const server = yield* make(fake("normal").options)
      const first = yield* server.pid
      process.kill(first, "SIGKILL")
      yield* restarted(server.restarts, 1)
      yield* server.ready
      assert.notStrictEqual(yield* server.pid, first)
      assert.deepEqual(yield* server.lastExit, Option.some("SIGKILL"))
      const response = yield* Effect.promise(() => fetch(`${server.url}/understudy/instance`))
      assert.strictEqual(response.status, 200)
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("starts again when it was killed while it started for the first time", () =>
    Effect.gen(function* () {
      const server = yield* make(fake("killed").options)
      assert.strictEqual(yield* server.restarts, 1)
      assert.deepEqual(yield* server.lastExit, Option.some("SIGKILL"))
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("gives up after the restarts allowed, with the last lines of the log", () =>
    Effect.gen(function* () {
      const { folder, options } = fake("normal")
      const server = yield* make({ ...options, maxRestarts: 2 })
      writeFileSync(join(folder, "behaviour"), "crash")
      process.kill(yield* server.pid, "SIGKILL")
      const error = yield* Effect.flip(server.down)
      assert.strictEqual(error._tag, "TrainerDied")
      assert.include(error.message, "after 2 restarts (exit code 3)")
      assert.isTrue(error.message.endsWith("behaving as crash"), error.message)
      assert.deepEqual(yield* Effect.flip(server.ready), error)
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive.each([
    ["crash", "TrainerDied", /died \(exit code 3\).*server\.log; the last lines:\nbehaving as crash$/],
    ["port-taken", "PortTaken", /^Port 0 of 127\.0\.0\.1 is taken/],
    ["in-use", "FolderInUse", /^Another embedded trainer works in /],
    ["no-model", "NotReady", /has not loaded its model after 1 s\./],
    ["stranger", "PortTaken", /is taken/],
  ] as const)("fails at the start: %s", ([behaviour, tag, message]) =>
    Effect.gen(function* () {
      const { options } = fake(behaviour)
      const error = yield* Effect.flip(make({ ...options, readyWithin: "1 second" }))
      assert.strictEqual(error._tag, tag)
      assert.match(error.message, message)
    }).pipe(Effect.provide(platform)),
  )

  it.scopedLive("says so when the Python is gone", () =>
    Effect.gen(function* () {
      const { options } = fake("normal")
      const install = EmbeddedInstall.make({ ...options.install, python: "/nonexistent/python" })
      const error = yield* Effect.flip(make({ ...options, install }))
      assert.match(error.message, /could not be started: .*ENOENT/)
    }).pipe(Effect.provide(platform)),
  )
})

/** A server's folder and options, with a Python that runs the stand-in whatever script it is given. */
const fake = (behaviour: string) => {
  const folder = mkdtempSync(join(tmpdir(), "understudy-server-"))
  const python = join(folder, "python")
  const standIn = join(import.meta.dirname, "../../../support/fakeTrainer.js")
  writeFileSync(python, `#!/bin/sh\nexec "${process.execPath}" "${standIn}" "$@"\n`)
  chmodSync(python, 0o755)
  writeFileSync(join(folder, "behaviour"), behaviour)
  assert.isTrue(existsSync(standIn))
  const model = { name: "tiny", folder: "/nowhere" }
  const install = EmbeddedInstall.make({ python, model, jaxCache: join(folder, "jax") })
  return { folder, options: { install, folder } }
}

const restarted = (restarts: Effect.Effect<number>, times: number) =>
  Effect.repeat(restarts, { until: (now) => now >= times, schedule: Schedule.spaced("10 millis") })

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
