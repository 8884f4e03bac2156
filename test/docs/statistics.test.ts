import { describe, expect, it } from "@effect/vitest"
import * as effect from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import * as evaluation from "understudy/evaluation"
import * as statistics from "understudy/statistics"

const text = readFileSync(resolve(import.meta.dirname, "../../docs/statistics.md"), "utf8")
const modules: Readonly<Record<string, unknown>> = {
  effect,
  "understudy/evaluation": evaluation,
  "understudy/statistics": statistics,
}

/** One script of all examples: imports become lookups, and a line that ends in `// value` hands both to `check`. */
const script = [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
  .flatMap(([, block = ""]) => block.split("\n"))
  .map((line) =>
    line
      .replace(/^import \* as (\w+) from ("[^"]+")$/, "const $1 = modules[$2]")
      .replace(/^import (\{[^}]+\}) from ("[^"]+")$/, "const $1 = modules[$2]")
      .replace(
        /^(.+?) \/\/ (\S+)$/,
        (_, expression, value) => `check(${JSON.stringify(expression)}, ${expression}, "${value}")`,
      ),
  )
  .join("\n")

/** Numbers to the digits shown. */
const shown = (actual: unknown, value: string): unknown => {
  if (typeof actual === "number") return actual.toFixed(value.split(".")[1]?.length ?? 0)
  return JSON.stringify(
    Array.isArray(actual) ? actual.map((one) => (typeof one === "number" ? Number(one.toFixed(4)) : one)) : actual,
  )
}

describe("docs/statistics.md", () => {
  it("gives what it says", () => {
    const checked: Array<string> = []
    const check = (expression: string, actual: unknown, value: string) => {
      checked.push(expression)
      expect(`${expression} // ${shown(actual, value)}`).toBe(`${expression} // ${value}`)
    }
    new Function("modules", "check", script)(modules, check)
    expect(checked.length).toBeGreaterThan(30)
  })
})
