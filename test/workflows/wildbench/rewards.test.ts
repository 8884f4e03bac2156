/** WB-Score and WB-Reward of a scripted judge, from the stages to the report. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { checklistPromptHash } from "../../../layers/evaluation/judges/checklistPrompt.ts"
import { pairPromptHash } from "../../../layers/evaluation/judges/pairPrompt.ts"
import { scorePromptHash } from "../../../layers/evaluation/judges/scorePrompt.ts"
import type { GroupNote } from "../../../layers/evaluation/report/transcripts/TalkIndex.ts"
import { renderMarkdown } from "../../../layers/evaluation/report/renderMarkdown.ts"
import { ReportData } from "../../../layers/evaluation/report/ReportData.ts"
import { pairs as pairRows, scores as scoreRows } from "../../../workflows/stages/wildBenchFiles.ts"
import { WildBenchPairsResult, WildBenchScoresResult } from "../../../src/domain/WildBench.ts"
import { Report } from "../../../workflows/stages/Report.ts"
import { WildBenchPairs } from "../../../workflows/stages/WildBenchPairs.ts"
import { WildBenchScores } from "../../../workflows/stages/WildBenchScores.ts"
import { writeReportFiles } from "../../../workflows/reportFiles.ts"
import { studyReport } from "../../../workflows/studyReport.ts"
import { readTranscripts } from "../../../workflows/transcripts.ts"
import { faultWorld } from "../faults/FaultWorld.ts"
import { idIn, judgeModels, requestOf, said, studyOf, taskFile, usual, wildBenchSteps } from "./judgedWorld.ts"

const count = 12
const [judge] = judgeModels
const numberOf = (task: string) => Number(task.slice(task.indexOf("-") + 1))

describe("WB-Score and WB-Reward", () => {
  it.scopedLive(
    "come from one judge's scores, and from its comparisons in both orders",
    () =>
      Effect.gen(function* () {
        const world = yield* faultWorld
        const file = taskFile(world.folder, count)
        const steps = wildBenchSteps(file)
        const [good, fair] = [steps["good"]!, steps["fair"]!]
        const scores = WildBenchScores({ answers: good.answers, judge, maxFailureShare: 1 })
        const pairs = WildBenchPairs({ test: good.answers, reference: fair.answers, judge, maxFailureShare: 1 })
        const report = Report({
          simulators: {},
          assistants: { good: good.assistant, fair: fair.assistant },
          matrix: [],
          wildbench: [
            { assistant: "good", verdicts: good.verdicts, scores },
            { assistant: "fair", verdicts: fair.verdicts },
          ],
          wildbenchPairs: [{ test: "good", reference: "fair", pairs }],
        })
        const study = studyOf(file, steps, [report])
        world.script.now = (_, arrival) => {
          const request = requestOf(arrival)
          const format = JSON.stringify(arrival.body["response_format"] ?? "")
          const i = numberOf(request.task)
          if (format.includes('"score"') && format.includes('"name":"score"'))
            return said(i === 0 ? "no score" : JSON.stringify({ reason: "so", score: i === 1 ? 4 : 8 }))
          if (!format.includes('"name":"comparison"')) return usual(request)
          const text = JSON.stringify(arrival.body["messages"])
          const goodIsA = text.indexOf("Answer by good") < text.indexOf("Answer by fair")
          // Task 0 is refused in one order, task 1 goes to whoever stands first, the others to the good one.
          if (i === 0 && goodIsA) return said("", "content_filter")
          const choice = i === 1 || goodIsA ? "A++" : "B++"
          return said(JSON.stringify({ reason: "so", choice }))
        }
        const outcomes = yield* world.run(study)
        const outcome = outcomes.get(idIn(study, pairs))
        if (outcome?._tag !== "Done") return assert.fail(JSON.stringify(outcome))
        const result = Schema.validateSync(WildBenchPairsResult)(outcome.output)
        assert.deepEqual(result.judgeFailures, [{ judge: "judge-a@1", reason: "refused", count: 1 }])
        const rows = yield* world.reading(pairRows.read(result.pairs))
        assert.deepEqual(
          rows.slice(0, 3).map(({ verdict }) => verdict?.outcome),
          ["missing", "position-inconsistent", "win"],
        )
        const { data, facts } = yield* world.reading(studyReport(study, world.config))
        const { wildbench } = Schema.validateSync(ReportData)(data)
        const reward = wildbench?.rewards?.find(({ margin }) => margin === null)
        const counts = { wins: count - 2, ties: 1, losses: 0, inconsistent: 1, incomplete: 0, missing: 1 }
        assert.deepInclude(reward, { test: "good", reference: "fair", ...counts })
        assert.closeTo(reward?.reward ?? 0, (count - 2) / (count - 1), 1e-12)
        const score = wildbench?.scores?.[0]
        assert.deepInclude(score, { assistant: "good", rows: count, unscored: 1 })
        assert.closeTo(score?.score ?? 0, (4 + 8 * (count - 2)) / (count - 1), 1e-12)
        assert.deepEqual(score?.judgeFailures, [{ judge: "judge-a@1", reason: "invalid output", count: 1 }])
        assert.deepEqual([score?.prompt, reward?.prompt], [scorePromptHash, pairPromptHash])
        const page = renderMarkdown(data, facts)
        for (const [name, sha256] of [
          ["checklists", checklistPromptHash],
          ["WB-Score", scorePromptHash],
          ["WB-Reward", pairPromptHash],
        ])
          assert.include(page, `| judges' prompt | ${name} | ${sha256} |`)

        assert.deepEqual(
          ["good", "fair"].map((name) => facts.steps[`WildBench comparison of good with fair: answers of ${name}`]),
          [good, fair].map(({ answers }) => idIn(study, answers)),
        )
        const out = join(world.folder, "report")
        yield* world.reading(writeReportFiles({ data, facts }, out))
        const text = readFileSync(join(out, "transcripts/index.js"), "utf8")
        const index = JSON.parse(text.slice(text.indexOf("(") + 1, text.lastIndexOf(")")))
        assert.strictEqual(index.count, 2 * count)
        assert.deepEqual(
          index.groups.map((group: GroupNote) => [group.kind, group.assistant, group.step, group.problem]),
          ["good", "fair"].map((name) => ["task", name, idIn(study, steps[name]!.answers), null]),
        )
        const shown = yield* world.reading(Effect.map(readTranscripts(result.pairs), ({ text }) => text))
        assert.include(shown, "compared with the reference, order 1: 1: so")
      }),
    240_000,
  )

  it.scopedLive(
    "put what an assistant failed to answer at the floor or as a tie, and leave out what the infrastructure lost",
    () =>
      Effect.gen(function* () {
        const world = yield* faultWorld
        const file = taskFile(world.folder, 6)
        const steps = wildBenchSteps(file)
        const [good, fair] = [steps["good"]!, steps["fair"]!]
        const scores = WildBenchScores({ answers: good.answers, judge, maxFailureShare: 1 })
        const pairs = WildBenchPairs({ test: good.answers, reference: fair.answers, judge, maxFailureShare: 1 })
        const report = Report({
          simulators: {},
          assistants: { good: good.assistant, fair: fair.assistant },
          matrix: [],
          wildbench: [{ assistant: "good", verdicts: good.verdicts, scores }],
          wildbenchPairs: [{ test: "good", reference: "fair", pairs }],
        })
        const study = studyOf(file, steps, [report])
        world.script.now = (_, arrival) => {
          const request = requestOf(arrival)
          const format = JSON.stringify(arrival.body["response_format"] ?? "")
          if (format.includes('"name":"score"')) return said(JSON.stringify({ reason: "so", score: 8 }))
          if (format.includes('"name":"comparison"')) {
            const text = JSON.stringify(arrival.body["messages"])
            const goodIsA = text.indexOf("Answer by good") < text.indexOf("Answer by fair")
            return said(JSON.stringify({ reason: "so", choice: goodIsA ? "A++" : "B++" }))
          }
          const asked = `${request.model} ${request.task}`
          if (asked === "good task-2") return said("", "content_filter")
          if (asked === "good task-3") return { kind: "reply", status: 200, body: { choices: [] } }
          return asked === "fair task-4" ? said(" ") : usual(request)
        }
        const outcomes = yield* world.run(study)
        const done = (step: object) => {
          const outcome = outcomes.get(idIn(study, step))
          return outcome?._tag === "Done" ? outcome.output : assert.fail(JSON.stringify(outcome))
        }
        const scored = Schema.validateSync(WildBenchScoresResult)(done(scores))
        const rows = yield* world.reading(scoreRows.read(scored.scores))
        assert.deepEqual(
          rows.slice(1, 4).map(({ failure, incomplete, verdict }) => [failure, incomplete, verdict?.score]),
          [
            [null, false, 8],
            [{ by: "assistant", reason: "refused" }, true, undefined],
            [{ by: "infrastructure", reason: "invalid output" }, false, undefined],
          ],
        )
        const { data } = yield* world.reading(studyReport(study, world.config))
        const { wildbench } = Schema.validateSync(ReportData)(data)
        assert.deepInclude(wildbench?.scores?.[0], { rows: 6, unscored: 1, floor: 1, incomplete: 1 })
        assert.closeTo(wildbench?.scores?.[0]?.score ?? 0, (1 + 4 * 8) / 5, 1e-12)
        // By category over whole answers: the floor is in the score alone.
        assert.isTrue(Object.values(wildbench?.scores?.[0]?.categoryScores ?? {}).every((score) => score === 6))
        const reward = wildbench?.rewards?.find(({ margin }) => margin === null)
        assert.deepInclude(reward, { wins: 3, ties: 0, losses: 0, incomplete: 2, missing: 1 })
        assert.closeTo(reward?.reward ?? 0, 3 / 5, 1e-12)
      }),
    240_000,
  )
})
