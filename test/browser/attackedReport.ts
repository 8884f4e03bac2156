/** A report with its transcripts in a temporary folder, in which everybody tries to run a script. */
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { buildReportData } from "../../layers/evaluation/report/buildReportData.ts"
import type { ReportInputs } from "../../layers/evaluation/report/ReportInputs.ts"
import { ArtifactStore } from "../../src/index.ts"
import { writeReportFiles } from "../../workflows/reportFiles.ts"
import { rollouts } from "../../workflows/stages/conversations.ts"
import { reportInputs } from "../layers/evaluation/report/reportInputs.ts"
import { richInputs } from "../layers/evaluation/report/richInputs.ts"
import { runFacts } from "../layers/evaluation/report/runFacts.ts"
import { taskInputs } from "../workflows/wildbench/taskInputs.ts"

/** What everybody writes. */
export const attack =
  '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1"><svg onload="window.hacked=1"> \u2028 ]})'

/**
 * Twelve cells of sixteen conversations: 192, of which one failed; in the folder `rich` a report with seeds, contrasts,
 * repeated rollouts and several judges, in `tasks` one on tasks. Gone with the scope.
 */
export const attackedReport = Effect.gen(function* () {
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-page-"))),
    (made) => Effect.sync(() => rmSync(made, { recursive: true })),
  )
  yield* written(reportInputs, folder)
  yield* written(richInputs, join(folder, "rich"))
  yield* writtenTasks(join(folder, "tasks"))
  return folder
})

const written = (inputs: ReportInputs, folder: string) =>
  Effect.gen(function* () {
    const matrix = yield* Effect.forEach(inputs.matrix, (cell) =>
      Effect.gen(function* () {
        const records = cell.rollouts.map((rollout, at) => ({
          ...rollout,
          persona: cell.persona,
          turns: [],
          closing: attack,
          refusals: [],
          calls: [],
          judges: [
            { judge: "judge-a", score: 7, failure: null, prompt: "f".repeat(64) },
            { judge: "judge-b", score: null, failure: attack, prompt: "f".repeat(64) },
          ],
          messages: rollout.messages.map((message) =>
            at === 0 ? { ...message, content: `${attack} ${message.content}` } : message,
          ),
        }))
        const transcripts = yield* rollouts.write(records)
        return { ...cell, rollouts: records, result: { ...cell.result, transcripts } }
      }),
    )
    const data = buildReportData({ ...inputs, title: `Study ${attack}`, matrix })
    yield* writeReportFiles({ data: { ...data, provenance: known(data.provenance) }, facts: runFacts }, folder)
  }).pipe(Effect.provide(ArtifactStore.layer(join(folder, "artifacts"))))

const writtenTasks = (folder: string) =>
  Effect.gen(function* () {
    const data = buildReportData(yield* taskInputs(attack))
    yield* writeReportFiles({ data, facts: { ...runFacts, steps: taskSteps } }, folder)
  }).pipe(Effect.provide(ArtifactStore.layer(join(folder, "artifacts"))))

const taskSteps = {
  "WildBench verdicts on good": "WildBenchVerdicts/v2-0123456789abcdef",
  "WildBench verdicts on good: answers of good": "WildBenchAnswers/v1-0123456789abcdef",
}

/** The made-up training has no transcripts. */
const known = (provenance: ReturnType<typeof buildReportData>["provenance"]) =>
  provenance.map((row) => (row.label.startsWith("assistant") ? { ...row, transcripts: [] } : row))
