import { Duration, Option } from "effect"
import { assert, describe, it } from "vitest"
import { parseDuration } from "../../../workflows/cli/running.ts"

describe("a time on the command line", () => {
  it.each([
    ["90s", 90_000],
    ["1.5h", 5_400_000],
    ["30m", 1_800_000],
    ["2 hours", 7_200_000],
    ["250 millis", 250],
    ["0s", 0],
  ])("%s", (text, millis) => {
    assert.deepEqual(Option.map(parseDuration(text), Duration.toMillis), Option.some(millis))
  })

  it.each(["", "soon", "-5m", "5", "5 m h"])("%j is none", (text) => {
    assert.isTrue(Option.isNone(parseDuration(text)))
  })
})
