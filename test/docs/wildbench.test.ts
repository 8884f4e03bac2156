/** The example of docs/wildbench.md runs as it is written, against scripted endpoints. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as evaluation from "understudy/evaluation"
import { ReportData } from "../../layers/evaluation/report/ReportData.ts"
import { Home } from "../../src/index.ts"
import { loadStudy } from "../../workflows/cli/loadStudy.ts"
import { runStudy, writeReport } from "../../workflows/runStudy.ts"
import { studyReport } from "../../workflows/studyReport.ts"
import { scriptedOpenAi } from "../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../support/ScriptedOpenAi.ts"

const root = join(import.meta.dirname, "../..")
const page = readFileSync(join(root, "docs/wildbench.md"), "utf8")
const example = /(?<=```ts\n)[^]*?(?=```)/.exec(page)?.[0] ?? ""

/** Judges find every other item satisfied; assistants say something. */
const played = ({ body, hash }: Arrival): Fault | undefined => {
  if (body["response_format"] === undefined) return { kind: "text", text: `Well, ${hash.slice(0, 9)}.` }
  const items = Number(/one entry for each criterion, (\d+) in all/.exec(JSON.stringify(body["messages"]))?.[1])
  const verdicts = Array.from({ length: items }, (_, i) => ({ item: i + 1, reason: "so", satisfied: i % 2 === 0 }))
  return { kind: "text", text: JSON.stringify({ verdicts }) }
}

describe("docs/wildbench.md", () => {
  it.scopedLive(
    "has an example that runs as written, and its report the tables that it speaks of",
    () =>
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-wildbench-docs-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
        )
        mkdirSync(join(folder, "node_modules"))
        symlinkSync(root, join(folder, "node_modules/understudy"))
        writeFileSync(join(folder, "package.json"), `{"type":"module"}`)
        writeFileSync(join(folder, "tasks.ts"), example)
        const study = yield* loadStudy(join(folder, "tasks.ts"))
        const openai = yield* scriptedOpenAi({ everyFault: played })
        const config = {
          endpoints: { default: { url: openai.url } },
          models: {},
          trainer: { kind: "embedded" as const },
        }
        const home = join(folder, "home")
        const ran = yield* runStudy(study, {
          config,
          home,
          offline: false,
          budget: undefined,
          concurrency: 2,
          patience: "1 second",
          say: () => Effect.void,
          live: () => Effect.void,
        })
        assert.strictEqual(ran.state, "done")
        assert.lengthOf(openai.arrivals, 2 * 24 + 2 * 3 * 24)
        const reading = Effect.provide(Home.Home.layerReader(home))
        const { data } = yield* studyReport(study, config).pipe(reading)
        const { wildbench } = Schema.validateSync(ReportData)(data)
        assert.deepEqual(
          wildbench?.assistants.map(({ assistant, judged, items }) => [assistant, judged, items.missing]),
          [
            ["before", 24, 0],
            ["after", 24, 0],
          ],
        )
        assert.strictEqual(wildbench?.pairs[0]?.ties, 24)
        assert.lengthOf(wildbench?.categories ?? [], 2 * 5)
        const written = yield* writeReport(study, folder, config).pipe(reading)
        const files = written._tag === "Some" ? written.value.files : []
        const markdown = readFileSync(files.find((name) => name.endsWith(".md")) ?? "", "utf8")
        for (const part of [
          "Satisfaction: mean share",
          "| before | after | 0 | 24 | 0 |",
          "Cohen's kappa",
          "held out from it",
        ])
          assert.include(markdown, part)
      }).pipe(Effect.scoped),
    240_000,
  )

  it("names functions that there are", () => {
    const named = page.slice(page.lastIndexOf("`understudy/evaluation`")).match(/(?<=`)\w+(?=`)/g) ?? []
    assert.isAtLeast(named.length, 8)
    for (const name of named) assert.property(evaluation, name)
  })
})
