/** Judges that talk nonsense, refuse or can't be reached, as results and the report count them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { ReportData } from "../../../layers/evaluation/report/ReportData.ts"
import { WildBenchReport } from "../../../layers/evaluation/report/wildbench/WildBenchReport.ts"
import { deriveSeed, randomFrom } from "../../../src/domain/Seed.ts"
import { WildBenchVerdictsResult } from "../../../src/domain/WildBench.ts"
import { CallJournal, Home } from "../../../src/index.ts"
import type { Driver } from "../../../src/index.ts"
import { retrySteps } from "../../../workflows/retrySteps.ts"
import { writeReport } from "../../../workflows/runStudy.ts"
import { Report } from "../../../workflows/stages/Report.ts"
import { verdicts } from "../../../workflows/stages/wildBenchFiles.ts"
import { studyReport } from "../../../workflows/studyReport.ts"
import type { Fault } from "../../support/ScriptedOpenAi.ts"
import { faultWorld } from "../faults/FaultWorld.ts"
import {
  idIn,
  isJudge,
  items,
  judges,
  requestOf,
  said,
  studyOf,
  taskFile,
  usual,
  wildBenchSteps,
} from "./judgedWorld.ts"
import type { Asked } from "./judgedWorld.ts"

/** Tasks. */
const many = 40
const few = 8
const down: Fault = { kind: "reply", status: 503, body: { error: { message: "out for lunch" } } }

type Kind = "garbage" | "refusal" | "outage"

/** One judgment in ten goes wrong: fixed by who judges what. */
const kindOf = ({ model, assistant, task }: Asked): Kind | undefined => {
  const { next, int } = randomFrom(deriveSeed(["fault", model, assistant, task]))
  return next() < 0.1 ? (["garbage", "refusal", "outage"] as const)[int(3)] : undefined
}

const garbage = ["}{", "I like it.", '{"verdicts": "yes"}', '{"verdicts": [{"item": 9, "satisfied": true}]}', ""]

const setUp = Effect.fnUntraced(function* (count: number) {
  const world = yield* faultWorld
  const file = taskFile(world.folder, count)
  const steps = wildBenchSteps(file)
  const report = Report({
    simulators: {},
    assistants: Object.fromEntries(Object.entries(steps).map(([name, { assistant }]) => [name, assistant])),
    matrix: [],
    wildbench: Object.entries(steps).map(([assistant, step]) => ({ assistant, verdicts: step.verdicts })),
  })
  const study = studyOf(file, steps, [report])
  const ids = Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, idIn(study, step.verdicts)]))
  // A reader sees the home as it is when it is made.
  const dataOf = Effect.suspend(() => world.reading(studyReport(study, world.config))).pipe(
    Effect.map(({ data, facts }) => ({
      facts,
      wildbench: Schema.validateSync(ReportData)(data).wildbench ?? assert.fail("no wildbench in the report"),
    })),
  )
  world.script.now = (_, arrival) => usual(requestOf(arrival))
  return { ...world, study, ids, dataOf, report: idIn(study, report) }
})

const notDone = (outcomes: ReadonlyMap<string, Driver.Outcome>) =>
  [...outcomes.values()].filter(({ _tag }) => _tag !== "Done")

const resultOf = (outcomes: ReadonlyMap<string, Driver.Outcome>, id: string | undefined) => {
  const outcome = outcomes.get(id ?? "")
  return outcome?._tag === "Done"
    ? Schema.validateSync(WildBenchVerdictsResult)(outcome.output)
    : assert.fail(JSON.stringify(outcome))
}

const estimates = ({ assistants }: WildBenchReport) =>
  assistants.map(({ assistant, mean, standardError }) => ({
    assistant,
    mean: mean ?? assert.fail("no mean"),
    half: 1.96 * (standardError ?? assert.fail("no standard error")),
  }))

describe("judge faults of one in ten", () => {
  it.scopedLive(
    "are counted exactly in results and report, and move no estimate out of its interval",
    () =>
      Effect.gen(function* () {
        const clean = yield* setUp(many)
        const undisturbed = yield* clean.run(clean.study)
        assert.deepEqual(notDone(undisturbed), [])
        const before = (yield* clean.dataOf).wildbench

        const world = yield* setUp(many)
        /** By judge, assistant and task; outages by request. */
        const injected = { garbage: new Map<string, Asked>(), refusal: new Map<string, Asked>(), outages: 0 }
        const metOutage = new Set<string>()
        world.script.now = (_, arrival) => {
          const request = requestOf(arrival)
          const kind = isJudge(request) ? kindOf(request) : undefined
          const name = `${request.model} ${request.assistant} ${request.task}`
          if (kind === "outage" && !metOutage.has(name)) {
            metOutage.add(name)
            injected.outages += 1
            return down
          }
          if (kind === "garbage") {
            injected.garbage.set(name, request)
            return said(garbage[request.seed % garbage.length] ?? "")
          }
          if (kind === "refusal") {
            injected.refusal.set(name, request)
            return said("", "content_filter")
          }
          return usual(request)
        }
        const outcomes = yield* world.run(world.study)
        assert.deepEqual(notDone(outcomes), [])
        for (const found of [injected.garbage.size, injected.refusal.size, injected.outages]) assert.isAtLeast(found, 4)

        const { wildbench: after, facts } = yield* world.dataOf
        const expected = (assistant: string) =>
          judges
            .flatMap((judge) =>
              (["garbage", "refusal"] as const).map((kind) => ({
                judge: `${judge}@1`,
                reason: kind === "garbage" ? "invalid output" : "refused",
                count: [...injected[kind].values()].filter((one) => one.model === judge && one.assistant === assistant)
                  .length,
              })),
            )
            .filter((row) => row.count > 0)
        for (const assistant of ["good", "fair"]) {
          const result = resultOf(outcomes, world.ids[assistant])
          const reported = after.assistants.find((row) => row.assistant === assistant)
          assert.sameDeepMembers([...result.judgeFailures], expected(assistant))
          assert.sameDeepMembers([...(reported?.judgeFailures ?? [])], expected(assistant))
          assert.deepEqual(reported?.items, result.items)
          const { satisfied, unsatisfied, missing } = result.items
          assert.strictEqual(satisfied + unsatisfied + missing, many * items)
          const rows = yield* world.reading(verdicts.read(result.verdicts))
          assert.lengthOf(rows, many)
          for (const row of rows) {
            // Of each item: what a majority of the panel said, whoever is missing; never a no for a missing one.
            for (const [item, decided] of row.satisfied.entries()) {
              const given = row.judges.map((judge) => judge.satisfied[item])
              if (decided !== null) assert.isAtLeast(given.filter((one) => one === decided).length, 2)
              else
                assert.isBelow(Math.max(...[true, false].map((side) => given.filter((one) => one === side).length)), 2)
            }
          }
        }
        assert.isAbove(after.assistants[0]!.items.missing, 0)
        const failedRequests = facts.failures.filter(({ role, reason }) => role === "judge" && reason === "Unavailable")
        assert.strictEqual(
          failedRequests.reduce((sum, one) => sum + one.count, 0),
          injected.outages,
        )

        const moved = estimates(after)
        for (const [i, { assistant, mean, half }] of estimates(before).entries()) {
          assert.isBelow(Math.abs(moved[i]!.mean - mean), half, assistant)
          assert.isBelow(Math.abs(moved[i]!.mean - mean), moved[i]!.half, assistant)
        }
        for (const { mean, ifMissingNo, ifMissingYes } of after.assistants)
          assert.isTrue(ifMissingNo! < mean! && mean! < ifMissingYes!)
        assert.isAbove(after.agreement.fleiss.kappa ?? 0, 0.4)

        const written = yield* world.reading(writeReport(world.study, world.folder, world.config))
        const files = written._tag === "Some" ? written.value.files : []
        const markdown = readFileSync(files.find((name) => name.endsWith(".md")) ?? "", "utf8")
        for (const { judge, reason, count: times } of expected("good"))
          assert.include(markdown, `| good | ${judge} | verdicts: ${reason} | ${times} |`)
        const document = JSON.parse(readFileSync(files.find((name) => name.endsWith(".json")) ?? "", "utf8")) as {
          readonly wildbench: unknown
        }
        assert.deepEqual(Schema.decodeUnknownSync(WildBenchReport)(document.wildbench), after)
      }),
    240_000,
  )

  it.scopedLive(
    "suspend the step where they are more than it allows; `retry --failures` asks again for them alone",
    () =>
      Effect.gen(function* () {
        const world = yield* faultWorld
        const file = taskFile(world.folder, 30)
        // Tasks 3, 13 and 23, one judge of three: 3 of 90.
        world.script.now = (_, arrival) => {
          const request = requestOf(arrival)
          return request.model === "judge-b" && request.task.endsWith("3") ? said("no idea") : usual(request)
        }
        const steps = wildBenchSteps(file, { assistants: ["good"], maxFailureShare: 0.02 })
        const study = studyOf(file, steps)
        const id = idIn(study, steps["good"]?.verdicts)
        const outcome = (yield* world.run(study)).get(id)
        if (outcome?._tag !== "Suspended") return assert.fail(JSON.stringify(outcome))
        assert.match(outcome.failures[0]?.reason ?? "", /3 of 90 judgments failed: judge-b@1: invalid output \(3\)/)
        assert.include(outcome.failures[0]?.advice, "retry --failures")

        world.script.now = (_, arrival) => usual(requestOf(arrival))
        yield* retrySteps(study.graph, { ids: [], failures: true }, () => Effect.void).pipe(
          Effect.provide(Home.Home.layer(join(world.folder, "home"))),
          Effect.scoped,
        )
        const before = world.server.arrivals.length
        const { judgeFailures, items: counts } = resultOf(yield* world.run(study), id)
        assert.deepEqual([judgeFailures, counts.missing], [[], 0])
        assert.sameMembers(
          world.server.arrivals.slice(before).map((arrival) => requestOf(arrival).task),
          ["task-3", "task-13", "task-23"],
        )
      }),
    240_000,
  )
})

describe("a judge that is down", () => {
  it.scopedLive(
    "is waited for with a few probes; beyond the patience the step is suspended, and no zero appears",
    () =>
      Effect.gen(function* () {
        const world = yield* setUp(few)
        const failed: Array<number> = []
        world.script.now = (_, arrival) => {
          const request = requestOf(arrival)
          if (!isJudge(request)) return usual(request)
          failed.push(world.time.now())
          return down
        }
        const first = yield* world.run(world.study, { patience: "10 minutes" })
        for (const assistant of ["good", "fair"]) {
          const outcome = first.get(world.ids[assistant] ?? "")
          if (outcome?._tag !== "Suspended") return assert.fail(JSON.stringify(outcome))
          for (const { kind, reason } of outcome.failures) {
            assert.strictEqual(kind, "transient")
            assert.match(reason, /did not answer: 503 out for lunch/)
          }
        }
        assert.strictEqual(first.get(world.report)?._tag, "Blocked")
        const late = failed.filter((at) => at > 60_000)
        assert.isTrue(late.length >= 1 && late.length <= 40, `${late.length} probes`)

        let judged = 0
        // Nobody waits long for an endpoint that was never there: it goes down after it has answered.
        let since = Infinity
        world.script.now = (_, arrival) => {
          const request = requestOf(arrival)
          if (!isJudge(request)) return usual(request)
          if (judged === 20 && since === Infinity) since = world.time.now()
          if (world.time.now() >= since && world.time.now() < since + 120_000) return down
          judged += 1
          return usual(request)
        }
        const second = yield* world.run(world.study)
        assert.isAtLeast(world.time.now(), since + 120_000)
        assert.strictEqual(judged, 2 * judges.length * few)
        for (const assistant of ["good", "fair"]) {
          const { judgeFailures, items: counts } = resultOf(second, world.ids[assistant])
          assert.deepEqual([judgeFailures, counts.missing], [[], 0])
        }
        const failures = yield* world.reading(Effect.flatMap(CallJournal, (journal) => journal.failures))
        assert.isAbove(failures.filter(({ role }) => role === "judge").length, 0)
      }),
    240_000,
  )
})
