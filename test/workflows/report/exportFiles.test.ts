/** A report's files and exports, from transcripts of which some are missing or damaged. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildReportData } from "../../../layers/evaluation/report/buildReportData.ts"
import { ArtifactStore } from "../../../src/index.ts"
import { exportFormats, writeExports } from "../../../workflows/exportFiles.ts"
import { writeReportFiles } from "../../../workflows/reportFiles.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { cell, model, rollout, simulators } from "../../layers/evaluation/report/reportInputs.ts"
import { runFacts } from "../../layers/evaluation/report/runFacts.ts"
import { taskInputs } from "../wildbench/taskInputs.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-export-"))),
  (made) => Effect.sync(() => rmSync(made, { recursive: true })),
)

/** Two cells of three conversations, one of them without a verdict. */
const made = Effect.gen(function* () {
  const matrix = yield* Effect.forEach(["role-play", "fine-tuned"], (simulator) =>
    Effect.gen(function* () {
      const judges = [
        { judge: "a", score: 7, failure: null, prompt: "f".repeat(64) },
        { judge: "b", score: null, failure: "refused", prompt: "f".repeat(64) },
      ]
      const unscored = { ...rollout("p3", null), judges }
      const records = [rollout("p1", 0.5), rollout("p2", 0.25), unscored].map((one) => ({
        ...one,
        messages: one.messages.map((message) => ({ ...message, content: `${message.content} (${simulator})` })),
      }))
      const made = cell({ assistant: "initial", simulator, persona: "busy", heldOut: false }, records)
      return { ...made, result: { ...made.result, transcripts: yield* rollouts.write(records) } }
    }),
  )
  const assistants = { initial: { _tag: "InitialAssistant" as const, model } }
  return { data: buildReportData({ simulators, assistants, matrix }), facts: runFacts, matrix }
})

describe("a report's files", () => {
  it.scoped(
    "are exported in every form, what is missing as missing",
    () =>
      Effect.gen(function* () {
        const home = yield* folder
        const out = join(home, "export")
        yield* Effect.gen(function* () {
          const files = yield* writeExports(yield* made, out, exportFormats)
          assert.isTrue(files.every((file) => existsSync(file)))
        }).pipe(Effect.provide(ArtifactStore.layer(join(home, "artifacts"))))
        const read = (name: string) => readFileSync(join(out, name), "utf8")
        assert.match(read("data/matrix.csv"), /^assistant,simulator,persona,heldOut,metric,mean,low,high,n,missing\r\n/)
        assert.include(read("tables/matrix-mean-reward-on-held-out-prompts.tex"), "\\toprule")
        assert.include(read("tables.md"), "*Mean reward on held-out prompts*")
        assert.strictEqual(JSON.parse(read("tables.json"))[0].section, "matrix")
        const plots = readdirSync(join(out, "plots"))
        const svgs = plots.filter((name) => name.endsWith(".svg"))
        assert.isAbove(svgs.length, 1)
        for (const name of svgs) {
          assert.notMatch(read(join("plots", name)), /var\(|currentColor/)
          const png = readFileSync(join(out, "plots", name.replace(".svg", ".png")))
          assert.strictEqual(png.subarray(1, 4).toString(), "PNG")
        }
        const rows = yield* Effect.promise(async () =>
          parquetReadObjects({ file: await asyncBufferFromFile(join(out, "rollouts.parquet")) }),
        )
        assert.deepStrictEqual(
          rows.map(({ simulator, prompt, reward, failed_by, line }) => [simulator, prompt, reward, failed_by, line]),
          ["role-play", "fine-tuned"].flatMap((simulator) => [
            [simulator, "p1", 0.5, null, 1],
            [simulator, "p2", 0.25, null, 2],
            [simulator, "p3", null, "infrastructure", 3],
          ]),
        )
        const verdicts = yield* Effect.promise(async () =>
          parquetReadObjects({ file: await asyncBufferFromFile(join(out, "verdicts.parquet")) }),
        )
        assert.strictEqual(verdicts.length, 4 * 6 + 2 * 2)
        assert.deepStrictEqual(
          verdicts
            .filter(({ prompt, simulator }) => prompt === "p3" && simulator === "role-play")
            .map(({ what, judge, passed, value, failure }) => [what, judge, passed, value, failure]),
          [
            ["judge", "a", null, 7, null],
            ["judge", "b", null, null, "refused"],
          ],
        )
      }),
    120_000,
  )

  it.scoped(
    "have what every judge said of an answer to a task, what is missing as null",
    () =>
      Effect.gen(function* () {
        const home = yield* folder
        const out = join(home, "export")
        yield* Effect.gen(function* () {
          const data = buildReportData(yield* taskInputs("as ever"))
          yield* writeExports({ data, facts: runFacts }, out, ["parquet"])
        }).pipe(Effect.provide(ArtifactStore.layer(join(home, "artifacts"))))
        const read = (name: string) =>
          Effect.promise(async () => parquetReadObjects({ file: await asyncBufferFromFile(join(out, name)) }))
        const talks = yield* read("rollouts.parquet")
        assert.deepStrictEqual(
          talks.map(({ kind, assistant, prompt, reward, failed_by }) => [kind, assistant, prompt, reward, failed_by]),
          ["good", "fair"].flatMap((assistant) =>
            Array.from({ length: 6 }, (_, i) => {
              const failed = assistant === "good" ? null : i === 2 ? "infrastructure" : i === 3 ? "assistant" : null
              const satisfied = failed === "infrastructure" ? null : failed === "assistant" ? 0 : 0.5
              return ["task", assistant, `task-${i}`, satisfied, failed]
            }),
          ),
        )
        const verdicts = yield* read("verdicts.parquet")
        const of = (assistant: string, prompt: string, judge: string) =>
          verdicts
            .filter((row) => row["assistant"] === assistant && row["prompt"] === prompt && row["judge"] === judge)
            .map(({ what, name, passed, value, failure }) => [what, name, passed, value, failure])
        const [done, short] = ["Is task 0 done? as ever", "Is it short?"]
        assert.deepStrictEqual(of("good", "task-0", "panel"), [
          ["item", done, true, null, null],
          ["item", short, false, null, null],
        ])
        assert.deepStrictEqual(of("good", "task-0", "judge-b"), [
          ["item", done, null, null, "invalid output"],
          ["item", short, null, null, "invalid output"],
        ])
        assert.deepStrictEqual(of("good", "task-0", "judge-d"), [
          ["score", "score from 1 to 10", null, 8, null],
          ["comparison", "compared with fair, order 1", null, 0.5, null],
          ["comparison", "compared with fair, order 2", null, 0, null],
        ])
        const none = ["comparison", "compared with fair", null, null, "fair has no answer"]
        assert.deepStrictEqual(of("good", "task-2", "judge-d")[1], none)
        for (const [prompt, passed, failure] of [
          ["task-2", null, "infrastructure: invalid output"],
          ["task-3", false, "assistant: refused"],
        ] as const)
          assert.deepStrictEqual(of("fair", prompt, "panel")[1], ["item", short, passed, null, failure])
        assert.lengthOf(of("fair", "task-3", "judge-a"), 0)
      }),
    120_000,
  )

  it.scoped(
    "tell of transcripts that are gone or damaged, and have all others",
    () =>
      Effect.gen(function* () {
        const home = yield* folder
        yield* Effect.gen(function* () {
          const report = yield* made
          const store = yield* ArtifactStore
          const [gone, kept] = report.matrix.map(({ result }) => store.path(result.transcripts))
          rmSync(gone ?? "")
          yield* writeReportFiles(report, join(home, "report"))
          const first = indexOf(join(home, "report"))
          assert.strictEqual(first.count, 3)
          assert.match(first.groups[0].problem, /is not in this home/)
          assert.isNull(first.groups[1].problem)
          assert.strictEqual(first.groups[1].step, null)
          assert.deepStrictEqual(first.columns.reward, [0.5, 0.25, null])
          writeFileSync(kept ?? "", "{}\n")
          yield* writeReportFiles(report, join(home, "report"))
          const second = indexOf(join(home, "report"))
          assert.strictEqual(second.count, 0)
          assert.match(second.groups[1].problem, /line 1 is no conversation/)
        }).pipe(Effect.provide(ArtifactStore.layerReader(join(home, "artifacts"))))
      }),
    120_000,
  )
})

const indexOf = (report: string) => {
  const text = readFileSync(join(report, "transcripts", "index.js"), "utf8")
  return JSON.parse(text.slice(text.indexOf("(") + 1, text.lastIndexOf(")")))
}
