import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import * as understudy from "understudy"
import * as evaluation from "understudy/evaluation"

const text = readFileSync(resolve(import.meta.dirname, "../../docs/fidelity.md"), "utf8")
const modules: Readonly<Record<string, unknown>> = { understudy, "understudy/evaluation": evaluation }

/** One script of all examples: imports become lookups, and a line that ends in `// value` hands both to `check`. */
const script = [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
  .flatMap(([, block = ""]) => block.split("\n"))
  .map((line) =>
    line
      .replace(/^import \* as (\w+) from ("[^"]+")$/, "const $1 = modules[$2]")
      .replace(
        /^(.+?) \/\/ (.+)$/,
        (_, expression, value) => `check(${JSON.stringify(expression)}, ${expression}, ${JSON.stringify(value)})`,
      ),
  )
  .join("\n")

/** Numbers to the digits shown. */
const shown = (actual: unknown, value: string): string =>
  typeof actual === "number" ? actual.toFixed(value.split(".")[1]?.length ?? 0) : JSON.stringify(actual)

describe("docs/fidelity.md", () => {
  it("gives what it says, and its steps can be built", () => {
    const checked: Array<string> = []
    const check = (expression: string, actual: unknown, value: string) => {
      checked.push(expression)
      expect(`${expression} // ${shown(actual, value)}`).toBe(`${expression} // ${value}`)
    }
    const report: unknown = new Function("modules", "check", `${script}\nreturn report`)(modules, check)
    expect(understudy.Step.isStep(report)).toBe(true)
    expect(checked.length).toBeGreaterThan(12)
  })

  it("names every feature by its block", () => {
    for (const [block, names] of Object.entries(evaluation.blocks))
      for (const name of names) {
        expect(text).toContain(`| ${name} |`)
        expect(text).toContain(`| ${block} |`)
      }
  })
})
