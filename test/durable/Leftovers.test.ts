/** What a killed run left in the engine's database must neither be harmed by a later one nor hold it up. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { leftovers } from "../../src/index.ts"
import { idOf, makeEngine, tempFolder } from "./engineFixtures.ts"
import { Other, Renamed, Two } from "./leftoverStages.ts"

const folder = tempFolder("leftovers")
const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href

/** Kills a run while the second shard of `Two` is under way. */
const killedRun = async ({ database, ledgerFile }: ReturnType<typeof makeEngine>) => {
  const args = ["--import", tsx, join(import.meta.dirname, "leftoverChild.ts"), database, ledgerFile]
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] })
  await once(child.stdout, "data")
  child.kill("SIGKILL")
  await once(child, "close")
}

const left = (database: string) => Effect.runPromise(Effect.scoped(leftovers(database)))

const done = { _tag: "Done", output: { _tag: "Sum", value: 2 } } as const

describe("a run", () => {
  it("leaves the unfinished executions of stages that it doesn't have, which go on later", async () => {
    const engine = makeEngine(folder, "others")
    for (const deaths of [0, 1]) {
      // The first run finishes a shard before it dies, the second one none.
      await killedRun(engine)
      assert.strictEqual((await engine.entry(idOf(Two({})))).starts, deaths)
    }
    for (const _ of [1, 2]) assert.strictEqual((await engine.run([Other({})]))["Other"]?._tag, "Done")
    assert.deepEqual(await left(engine.database), [{ stage: "Two/v1", unfinished: 1, orphans: 0 }])
    assert.deepEqual((await engine.run([Two({})]))["Two"], done)
  })

  it("is not held up by a shard that was under way and is gone from its stage", async () => {
    const engine = makeEngine(folder, "renamed")
    await killedRun(engine)
    // Its version alone counts, as for a stage of the package.
    assert.deepEqual((await engine.run([Renamed({})], { sourceOf: () => null }))["Two"], done)
    assert.deepEqual(await left(engine.database), [])
  })
})
