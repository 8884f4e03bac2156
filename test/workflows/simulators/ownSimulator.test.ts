import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { loadStudy } from "../../../workflows/cli/loadStudy.ts"
import ownSimulator from "../../../workflows/experiments/ownSimulator.ts"
import { isOfSimulators } from "../../../layers/evaluation/report/pageOf.ts"
import { simulatorWorld } from "./simulatorWorld.ts"

const root = join(import.meta.dirname, "../../..")
const source = readFileSync(join(root, "workflows/experiments/ownSimulator.ts"), "utf8")
const page = join(root, "docs/simulators.md")

describe("a simulator of one's own", () => {
  it("is written in under 40 lines", () => {
    const from = source.indexOf("const Skimmer")
    const lines = source.slice(from, source.indexOf("const model")).split("\n").length
    assert.isBelow(lines, 40)
  })

  it("stands in docs/simulators.md as it is in the file", () => {
    const code = source.slice(source.indexOf("const Skimmer"), source.indexOf("const model")).trim()
    assert.include(readFileSync(page, "utf8"), code)
  })

  it.scopedLive("has its other example run as written there", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-docs-"))),
        (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
      )
      mkdirSync(join(folder, "node_modules"))
      symlinkSync(root, join(folder, "node_modules/understudy"))
      writeFileSync(join(folder, "package.json"), `{"type":"module"}`)
      const [example] = /(?<=```ts\n)import[^]*?export default[^]*?(?=```)/.exec(readFileSync(page, "utf8")) ?? []
      writeFileSync(join(folder, "personas.ts"), example ?? "")
      const { graph } = yield* loadStudy(join(folder, "personas.ts"))
      assert.strictEqual(graph.nodes.filter(({ step }) => step.stage.name === "Simulate").length, 3)
    }),
  )

  it.scopedLive(
    "converses, writes openings and is reported on, without a perplexity",
    () =>
      Effect.gen(function* () {
        const world = yield* simulatorWorld
        const { ran, data } = yield* world.run(ownSimulator)
        assert.strictEqual(ran.state, "done")
        if (!isOfSimulators(data)) return assert.fail("the report is of simulators")
        const [, own] = data.fidelity
        assert.deepInclude(data.simulators[1], { label: "Skimmer", kind: "defined by the experiment" })
        assert.include(own?.noLikelihood ?? "", "the experiment defines it")
        assert.strictEqual(own?.openings.written, 40)
        assert.isAbove(own?.endings.compared ?? 0, 0)
        const asked = world.openai.arrivals.map(({ body }) => JSON.stringify(body["messages"]))
        assert.isTrue(asked.some((messages) => messages.includes("You want ")))
      }),
    120_000,
  )
})
