/** A few of the moments that `npm run test:crash` has many of. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { crashTest } from "./crashTest.ts"
import { scriptedWorld } from "./scriptedWorld.ts"

describe("an experiment killed with SIGKILL", () => {
  it.live(
    "goes on with the same command, asks no paid call again, and comes to the same numbers",
    () =>
      Effect.gen(function* () {
        const lines: Array<string> = []
        const say = (line: string) => void lines.push(line)
        const result = yield* crashTest({ world: scriptedWorld, moments: 6, seed: 1, parallel: 2, say })
        assert.deepEqual(result.differences, [], lines.join("\n"))
        assert.strictEqual(result.killed, 6)
      }),
    900_000,
  )
})
