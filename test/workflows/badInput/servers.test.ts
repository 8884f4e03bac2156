import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, LogLevel } from "effect"
import { join } from "node:path"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { workspace } from "./workspace.ts"

/** A loopback port on which nothing listens. */
const closedUrl = Effect.scoped(Effect.map(scriptedOpenAi(), ({ url }) => url))

describe("an endpoint", () => {
  it.scopedLive(
    "that can't be used suspends what needs it, with advice; mended, the same run goes on",
    () =>
      Effect.gen(function* () {
        const { server, configOf, run, ledger } = yield* workspace
        const only = yield* scriptedOpenAi({ models: ["another-model"] })
        const odd = yield* scriptedOpenAi({
          everyFault: () => ({ kind: "reply", status: 200, body: { hello: "world" } }),
        })
        const closed = yield* closedUrl
        const cases = {
          "nothing listens": [
            { default: { url: closed } },
            /nothing was ever heard from it: .*ECONNREFUSED.*Check the URL http:\/\/127\.0\.0\.1:\d+\/v1 in understudy\.config\.ts/,
          ],
          "something else listens": [
            { default: { url: odd.url } },
            /the answer is not one of this API \(choices: is missing\).*Check the URL/,
          ],
          "model not served": [
            { default: { url: only.url } },
            /does not exist.*Serve tiny-2026-01-01 at .*or set the name it has there as `servedAs`.*serves another-model/,
          ],
          "key not set": [
            { default: { url: server.url, keyVariable: "UNDERSTUDY_TEST_KEY_THAT_IS_NOT_SET" } },
            /the environment variable UNDERSTUDY_TEST_KEY_THAT_IS_NOT_SET is not set\. Put a valid API key/,
          ],
        } as const
        for (const [name, [endpoints, message]] of Object.entries(cases)) {
          const ran = yield* run({ config: configOf(`${name}.mjs`, { endpoints }) })
          assert.strictEqual(ran.state, "suspended", name)
          assert.match(ran.message, message, name)
        }
        assert.deepEqual(server.arrivals, [])
        const before = yield* ledger()
        const done = [...before.values()].filter(({ state }) => state === "done")
        assert.sameMembers(
          done.map(({ stage }) => stage),
          ["Corpus", "Split", "RolePlay", "InitialAssistant"],
        )

        assert.strictEqual((yield* run()).state, "done")
        const after = yield* ledger()
        for (const { id, updated } of done) assert.strictEqual(after.get(id)?.updated, updated, id)
        assert.isAbove(server.arrivals.length, 0)
      }),
    120_000,
  )
})

describe("a trainer", () => {
  it.scopedLive(
    "that can't be used suspends what needs it, with advice; mended, the same run goes on",
    () =>
      Effect.gen(function* () {
        const { configOf, run, tokenizer } = yield* workspace
        const experiment = join(import.meta.dirname, "trained.ts")
        const closed = (yield* closedUrl).replace("/v1", "")
        const tinker = yield* scriptedTinker()
        const stranger = (yield* scriptedOpenAi()).url.replace("/v1", "")
        const using = (name: string, trainer: Readonly<Record<string, unknown>>) => {
          const known = { tokenizers: { "scripted-base": tokenizer }, url: tinker.url, kind: "tinker", ...trainer }
          return run({ experiment, config: configOf(`${name}.mjs`, { trainer: known }) })
        }
        const cases = {
          closed: [{ url: closed }, /got no answer: .*ECONNREFUSED.*its address is right/],
          // Its port was taken by another server.
          stranger: [
            { url: stranger },
            /got an answer that is not understood: supported_models: is missing\. Check the address and the version/,
          ],
          key: [
            { keyVariable: "UNDERSTUDY_TEST_KEY_THAT_IS_NOT_SET" },
            /can't be used: the environment variable UNDERSTUDY_TEST_KEY_THAT_IS_NOT_SET is not set/,
          ],
          unknown: [
            { tokenizers: {} },
            /the config names no tokenizer folder for it; add trainer\.tokenizers\["scripted-base"\]/,
          ],
          folder: [{ tokenizers: { "scripted-base": "/no/such/folder" } }, /\/no\/such\/folder/],
        } as const
        for (const [name, [trainer, message]] of Object.entries(cases)) {
          const ran = yield* using(name, trainer)
          assert.strictEqual(ran.state, "suspended", `${name}: ${ran.message}`)
          assert.match(ran.message, message, name)
        }
        // What the server offers is asked for before anything runs.
        const asked = tinker.arrivals.filter(({ route }) => route !== "/" && route !== "get_server_capabilities")
        assert.deepEqual(asked, [])
        const others = yield* scriptedTinker({ models: [{ model_name: "scripted-base-2" }], kind: "hosted" })
        const lacking = yield* using("other models", { url: others.url })
        assert.strictEqual(lacking.state, "failed")
        assert.match(
          lacking.message,
          /can't do what this experiment asks:\n {2}it does not offer scripted-base\. The nearest that it has: scripted-base-2\nNothing was spent/,
        )
        const ran = yield* using("mended", {})
        assert.strictEqual(ran.state, "done", ran.message)
      }).pipe(Logger.withMinimumLogLevel(LogLevel.Error)),
    120_000,
  )
})
