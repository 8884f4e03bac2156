import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { chmodSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { UnderstudyConfig } from "../../../workflows/config/UnderstudyConfig.ts"
import { homeChecks } from "../../../workflows/doctor/homeChecks.ts"
import { machineChecks } from "../../../workflows/doctor/machineChecks.ts"
import { serverChecks } from "../../../workflows/doctor/serverChecks.ts"
import { ArtifactStore, Home, StepLedger } from "../../../src/index.ts"
import { tempFolder } from "../../durable/engineFixtures.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"

const folder = tempFolder("doctor")

/** A home with one done step that names an artifact; gives the artifact's path. */
const makeHome = (home: string) =>
  Effect.gen(function* () {
    const store = yield* ArtifactStore
    const ledger = yield* StepLedger
    const ref = yield* store.put(Buffer.from("kept"))
    const output = JSON.stringify({ transcripts: ref })
    const none = { reason: null, advice: null, seconds: 1 }
    yield* ledger.record({ id: "S/v1-a", stage: "S", state: "done", consumed: "", output, ...none })
    return store.path(ref)
  }).pipe(Effect.provide(Home.Home.layer(home)))

const states = (home: string, deep = false) =>
  Effect.map(Effect.all(homeChecks(home, deep)), (checks) =>
    Object.fromEntries(checks.map(({ check, state }) => [check, state])),
  )

const fine = { home: "ok", lock: "ok", ledger: "ok", journal: "ok", engine: "ok", artifacts: "ok" } as const

describe("doctor", () => {
  it.effect("finds this machine fit", () =>
    Effect.map(Effect.all(machineChecks), (checks) =>
      assert.deepEqual(
        checks.filter(({ state }) => state !== "ok"),
        [],
      ),
    ),
  )

  it.effect("finds a home whole, also one that isn't there yet, and writes nothing", () =>
    Effect.gen(function* () {
      const home = join(folder, "whole")
      assert.deepEqual(yield* states(join(folder, "none")), fine)
      yield* makeHome(home)
      chmodSync(home, 0o555)
      assert.deepInclude(yield* states(home, true), { ledger: "ok", artifacts: "ok" })
      chmodSync(home, 0o755)
    }),
  )

  it.effect("tells what is missing or damaged in a home", () =>
    Effect.gen(function* () {
      const home = join(folder, "broken")
      const path = yield* makeHome(home)
      writeFileSync(path, "kEpt")
      assert.strictEqual((yield* states(home)).artifacts, "ok")
      assert.strictEqual((yield* states(home, true)).artifacts, "broken")
      rmSync(path)
      assert.strictEqual((yield* states(home)).artifacts, "broken")
      writeFileSync(join(home, "engine.db"), "garbage".repeat(1000))
      writeFileSync(join(home, "journal.db"), "garbage".repeat(1000))
      assert.deepEqual(yield* states(home), { ...fine, artifacts: "broken", engine: "warning", journal: "broken" })
      writeFileSync(join(home, "home.json"), '{"format":99}')
      assert.strictEqual((yield* states(home)).home, "broken")
    }),
  )

  it.scopedLive("asks the servers of a config for the models that it names", () =>
    Effect.gen(function* () {
      const { url } = yield* scriptedOpenAi({ models: ["served-a", "b"] })
      const tinker = yield* scriptedTinker()
      const check = (config: typeof UnderstudyConfig.Encoded) =>
        Effect.map(Effect.all(serverChecks(Schema.decodeSync(UnderstudyConfig)(config))), (checks) =>
          checks.map(({ check, state }) => `${check}: ${state}`),
        )
      const endpoints = {
        default: { url },
        gone: { url: "http://127.0.0.1:9/v1" },
        keyed: { url, keyVariable: "NO_KEY" },
      }
      const models = { a: { servedAs: "served-a" } }
      const trainer = { kind: "tinker", url: tinker.url } as const
      assert.deepEqual(yield* check({ endpoints, models, trainer: { ...trainer, tokenizers: {} } }), [
        "endpoint default: ok",
        "endpoint gone: broken",
        "endpoint keyed: broken",
        "trainer: ok",
      ])
      const unserved = { endpoints: { default: { url } }, models: { c: {} } }
      assert.deepEqual(yield* check({ ...unserved, trainer: { ...trainer, tokenizers: { other: "folder" } } }), [
        "endpoint default: broken",
        "trainer: broken",
      ])
    }),
  )
})
