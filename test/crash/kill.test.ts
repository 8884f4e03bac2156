/** 200 kills, and a few of the moments that `npm run test:crash` has many of. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bundle } from "./bundle.ts"
import { crashTest } from "./crashTest.ts"
import { scriptedWorld } from "./scriptedWorld.ts"

describe("an experiment killed with SIGKILL", () => {
  it.live(
    "goes on with the same command, asks no paid call again, and comes to the same numbers",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const say = (line: string) => void lines.push(line)
        const result = yield* crashTest({ world: scriptedWorld, moments: 2, seed: 1, parallel: 2, say })
        assert.deepEqual(result.differences, [], lines.join("\n"))
        assert.strictEqual(result.killed, 2)
      }),
    900_000,
  )

  it.scopedLive(
    "may be killed again and again on its way, with its trainer and without",
    () =>
      Effect.gen(function* () {
        const built = yield* bundle
        const lines: Array<string> = []
        const say = (line: string) => void lines.push(line)
        const world = (home: string) => scriptedWorld(home, built)
        const result = yield* crashTest({ world, moments: 11, kills: 19, seed: 2, parallel: 2, say })
        assert.deepEqual(result.differences, [], lines.join("\n"))
        assert.isAtLeast(result.kills, 200, lines.join("\n"))
      }),
    1_800_000,
  )
})
