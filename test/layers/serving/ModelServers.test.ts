import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { LanguageModel } from "../../../src/ports/LanguageModel.ts"
import { ask as answer, served } from "./servedClients.ts"
import { factsOf, lives, script, scripted, until } from "./servingFixtures.ts"

const ask = (name: string, content?: string) => Effect.map(answer(name, content), factsOf)

// Each starts processes, which takes its time on a busy machine.
describe("ModelServers", { timeout: 240_000 }, () => {
  it.scopedLive("start at the first call, once for all that wait, without the keys, and end with the scope", () =>
    Effect.gen(function* () {
      const { folder, spec, events } = scripted()
      process.env["SECRET_KEY"] = "of nobody else"
      const pid = yield* Effect.gen(function* () {
        yield* LanguageModel
        assert.deepEqual(events(), [])
        const facts = yield* Effect.forEach(["one", "two", "three"], (text) => ask("a", text), { concurrency: 3 })
        assert.strictEqual(events().filter((line) => line.startsWith("start")).length, 1)
        assert.deepEqual([facts[0]?.gpus, facts[0]?.key], ["", undefined])
        return facts[0]?.pid ?? 0
      }).pipe(Effect.provide(served(folder, { a: spec() }, { keyVariables: new Set(["SECRET_KEY"]) })))
      assert.isFalse(lives(pid))
    }),
  )

  it.scopedLive("take turns on the GPUs that there are, and each sees its own", () =>
    Effect.gen(function* () {
      const { folder, spec, events } = scripted()
      const one = { gpus: 1 } as const
      const specs = {
        a: spec({ ...one, model: "a" }),
        b: spec({ ...one, model: "b" }),
        c: spec({ gpus: 2, model: "c" }),
      }
      yield* Effect.gen(function* () {
        const facts = yield* Effect.forEach(["a", "b"], (name) => ask(name), { concurrency: 2 })
        assert.deepEqual(facts.map(({ gpus }) => gpus).sort(), ["3", "GPU-x"])
        assert.strictEqual((yield* ask("c")).gpus, "3,GPU-x")
        yield* ask("a", "again")
      }).pipe(Effect.provide(served(folder, specs, { gpus: ["3", "GPU-x"] })))
      const turns = events().filter((line) => !line.startsWith("asked"))
      assert.deepEqual(turns.slice(0, 4).sort(), ["start a", "start b", "stop a", "stop b"])
      assert.deepEqual(turns.slice(4), ["start c", "stop c", "start a", "stop a"])
    }),
  )

  it.scopedLive("never have a GPU together, and none is stopped while it answers", () =>
    Effect.gen(function* () {
      const { folder, behave, spec, events } = scripted()
      behave("slow")
      const specs = { a: spec({ gpus: 1, model: "a" }), b: spec({ gpus: 1, model: "b" }) }
      yield* Effect.gen(function* () {
        const first = yield* Effect.fork(ask("a"))
        yield* until(() => events().includes("asked hello a"))
        const second = yield* Effect.fork(ask("b"))
        assert.deepEqual([(yield* Fiber.join(first)).gpus, (yield* Fiber.join(second)).gpus], ["0", "0"])
      }).pipe(Effect.provide(served(folder, specs, { gpus: ["0"] })))
      assert.strictEqual(events().join(", "), "start a, asked hello a, stop a, start b, asked hello b, stop b")
    }),
  )

  it.scopedLive("that are always asked make room when their turn is over", () =>
    Effect.gen(function* () {
      const { folder, spec, events } = scripted()
      const specs = { a: spec({ gpus: 1, model: "a" }), b: spec({ gpus: 1, model: "b" }) }
      yield* Effect.gen(function* () {
        let count = 0
        const often = Effect.forever(Effect.suspend(() => ask("a", `${count++}`)))
        const crowd = yield* Effect.fork(Effect.all([often, often, often], { concurrency: 3 }))
        yield* until(() => events().length > 5)
        yield* ask("b")
        yield* Fiber.interrupt(crowd)
      }).pipe(Effect.provide(served(folder, specs, { gpus: ["0"], idle: "1 hour", turn: "200 millis" })))
      const turns = events().filter((line) => !line.startsWith("asked"))
      assert.deepEqual(turns.slice(0, 3), ["start a", "stop a", "start b"])
    }),
  )

  it.scopedLive("answer the calls in flight after kill -9", () =>
    Effect.gen(function* () {
      const { folder, behave, spec, events } = scripted()
      yield* Effect.gen(function* () {
        behave("slow")
        const calls = yield* Effect.fork(
          Effect.forEach(
            Array.from({ length: 12 }, (_, index) => `${index}`),
            (text) => ask("a", text),
            {
              concurrency: 12,
            },
          ),
        )
        yield* until(() => events().filter((line) => line.startsWith("asked")).length === 12)
        behave("serve")
        const [line] = events().filter((event) => event.startsWith("start"))
        assert.strictEqual(line, "start org/tiny")
        yield* killServer(folder)
        const facts = yield* Fiber.join(calls)
        assert.strictEqual(new Set(facts.map(({ pid }) => pid)).size, 1)
        assert.strictEqual(events().filter((event) => event.startsWith("start")).length, 2)
      }).pipe(Effect.provide(served(folder, { a: spec() })))
    }),
  )

  it.scopedLive("that can't be had fail their calls with what to do", () =>
    Effect.gen(function* () {
      const { folder, behave, spec } = scripted()
      behave("die")
      const specs = { a: spec(), b: spec({ gpus: 2 }), c: spec({ command: ["/nowhere/vllm"] }) }
      const errors = yield* Effect.forEach(["a", "b", "c"], (name) => Effect.flip(ask(name))).pipe(
        Effect.provide(served(folder, specs, { gpus: ["0"] })),
      )
      assert.deepEqual(
        errors.map(({ _tag, kind }) => [_tag, kind]),
        errors.map(() => ["Misconfigured", "operator"]),
      )
      assert.match(errors[0]?.message ?? "", /The server of endpoint a died \(exit code 3\).*\nbehaving as die/)
      assert.match(errors[1]?.message ?? "", /endpoint b needs 2 GPUs, and `gpus` of understudy\.config\.ts declares 1/)
      assert.match(errors[2]?.message ?? "", /there is no program \/nowhere\/vllm/)
    }),
  )

  it.scopedLive("serve adapters under their names", () =>
    Effect.gen(function* () {
      const { folder, spec } = scripted()
      const adapters = { tuned: { folder: "/adapters/tuned" } }
      const facts = yield* ask("tuned").pipe(Effect.provide(served(folder, { tuned: spec({ adapters }) })))
      assert.strictEqual(facts.model, "tuned")
    }),
  )
})

/** The one that runs in the folder, found by its command line. */
const killServer = (folder: string) =>
  Effect.sync(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const file = `/proc/${pid}/cmdline`
      const words = existsSync(file) ? readFileSync(file, "utf8").split("\0") : []
      if (words[1] === script && words.some((word) => word.startsWith(folder))) process.kill(Number(pid), "SIGKILL")
    }
  })
