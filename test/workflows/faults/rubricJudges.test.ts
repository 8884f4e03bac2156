/** Rubric judges that talk nonsense, refuse or can't be reached, as the matrix counts them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ReportData } from "../../../layers/evaluation/report/ReportData.ts"
import { Reward } from "../../../layers/evaluation/Reward.ts"
import * as Model from "../../../layers/llm/Model.ts"
import { EvaluationResult } from "../../../src/domain/Results.ts"
import { deriveSeed, randomFrom } from "../../../src/domain/Seed.ts"
import type { Driver } from "../../../src/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { studyReport } from "../../../workflows/studyReport.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"
import type { Asked } from "./asked.ts"
import { faultWorld, text } from "./FaultWorld.ts"
import { heldStudy } from "./heldExperiment.ts"

const count = (what: string, n: number) => Array.from({ length: n }, (_, i) => `${what}-${i}`)
/** The simulator fails in `filtered`, the assistant in `mute`: no judge is asked. */
const names = [...count("thing", 92), ...count("filtered", 5), ...count("mute", 3)]
const judges = ["judge-a", "judge-b"] as const
const reward = Reward.rubric([Model.openai(judges[0], { revision: "1" }), Model.openai(judges[1], { revision: "1" })])
const down: Fault = { kind: "reply", status: 503, body: { error: { message: "out for lunch" } } }

const judgeOf = ({ body }: Arrival) => judges.find((judge) => judge === body["model"])

/** What everybody says when no judge fails. */
const usual = ({ side, name }: Asked, arrival: Arrival): Fault | undefined => {
  const judge = judgeOf(arrival)
  if (judge !== undefined) return text(JSON.stringify({ thought: "so", score: deriveSeed([judge, name]) % 11 }))
  if (side === "simulator") return name.startsWith("filtered") ? text("", "content_filter") : undefined
  return name.startsWith("mute") ? text(" ") : undefined
}

const setUp = Effect.fnUntraced(function* (of: ReadonlyArray<string>) {
  const world = yield* faultWorld
  const held = heldStudy(of, { reward, conversing: { turns: 2 } })
  world.script.now = usual
  const dataOf = Effect.suspend(() => world.reading(studyReport(held.study, world.config))).pipe(
    Effect.map(({ data, facts }) => ({ facts, data: Schema.validateSync(ReportData)(data) })),
  )
  const transcripts = (outcomes: ReadonlyMap<string, Driver.Outcome>) =>
    world.reading(rollouts.read(evaluated(outcomes, held.evaluate).transcripts))
  return { ...world, held, dataOf, transcripts }
})

const evaluated = (outcomes: ReadonlyMap<string, Driver.Outcome>, id: string) => {
  const outcome = outcomes.get(id)
  return outcome?._tag === "Done"
    ? Schema.validateSync(EvaluationResult)(outcome.output)
    : assert.fail(JSON.stringify(outcome))
}

const rewardRow = ({ matrix }: ReportData) =>
  matrix.find(({ metric }) => metric === "reward") ?? assert.fail("no reward in the matrix")

describe("a rubric judge that fails one time in ten", () => {
  it.scopedLive(
    "is counted exactly, by judge and kind, and no other is counted for it",
    () =>
      Effect.gen(function* () {
        const clean = yield* setUp(names)
        yield* clean.run(clean.held.study)
        const before = rewardRow((yield* clean.dataOf).data)

        const world = yield* setUp(names)
        const injected = { garbage: new Set<string>(), refusal: new Set<string>(), outage: new Set<string>() }
        const kindOf = (name: string) => {
          const { next, int } = randomFrom(deriveSeed(["fault", name]))
          return next() < 0.1 ? (["garbage", "refusal", "outage"] as const)[int(3)] : undefined
        }
        world.script.now = (asked, arrival) => {
          const kind = judgeOf(arrival) === "judge-a" ? kindOf(asked.name) : undefined
          if (kind === undefined || (kind === "outage" && injected.outage.has(asked.name))) return usual(asked, arrival)
          injected[kind].add(asked.name)
          return kind === "outage" ? down : kind === "garbage" ? text("I like it.") : text("", "content_filter")
        }
        const outcomes = yield* world.run(world.held.study)
        const { garbage, refusal, outage } = injected
        for (const { size } of [garbage, refusal, outage]) assert.isAtLeast(size, 1)

        const { data, facts } = yield* world.dataOf
        const asked = 92
        const missing = garbage.size + refusal.size
        const [a, b] = data.judgeAgreement?.judges ?? []
        assert.deepInclude(a, { judge: "judge-a@1", scores: asked - missing, missing })
        assert.sameDeepMembers(
          [...(a?.failures ?? [])],
          [
            { reason: "invalid output", count: garbage.size },
            { reason: "refused", count: refusal.size },
          ],
        )
        assert.deepInclude(b, { judge: "judge-b@1", scores: asked, missing: 0, failures: [] })
        assert.strictEqual(data.judgeAgreement?.pairs[0]?.conversations, asked - missing)
        assert.sameDeepMembers(
          data.failures.map(({ by, reason, count: times }) => [by, reason, times]),
          [
            ["infrastructure", "judge judge-a@1: invalid output", garbage.size],
            ["infrastructure", "judge judge-a@1: refused", refusal.size],
            ["infrastructure", "simulator: refused", 5],
            ["assistant", "empty reply", 3],
          ],
        )
        const outages = facts.failures.filter(({ role, reason }) => role === "judge" && reason === "Unavailable")
        assert.deepEqual(
          outages.map(({ model, count: times }) => [model, times]),
          [["judge-a", outage.size]],
        )

        const after = rewardRow(data)
        assert.strictEqual(after.missing, 5 + missing)
        for (const { low, high } of [before, after]) {
          assert.isTrue(low! < after.mean! && after.mean! < high!)
          assert.isTrue(low! < before.mean! && before.mean! < high!)
        }
        for (const { prompt, verdict, judges: scores = [] } of yield* world.transcripts(outcomes)) {
          if (!garbage.has(prompt) && !refusal.has(prompt)) continue
          assert.isNull(verdict)
          assert.deepEqual(
            scores.map(({ judge, score, failure }) => [judge, score, failure]),
            [
              ["judge-a@1", null, garbage.has(prompt) ? "invalid output" : "refused"],
              ["judge-b@1", deriveSeed(["judge-b", prompt]) % 11, null],
            ],
          )
        }
      }),
    240_000,
  )
})

describe("a rubric judge that is down", () => {
  it.scopedLive(
    "suspends the evaluation and not what asks no judge; no zero appears",
    () =>
      Effect.gen(function* () {
        const few = count("thing", 8)
        const world = yield* setUp(few)
        world.script.now = (asked, arrival) => (judgeOf(arrival) === "judge-b" ? down : usual(asked, arrival))
        const first = yield* world.run(world.held.study, { patience: "10 minutes" })
        assert.strictEqual(first.get(world.held.simulate)?._tag, "Done")
        assert.strictEqual(first.get(world.held.report)?._tag, "Blocked")
        const outcome = first.get(world.held.evaluate)
        if (outcome?._tag !== "Suspended") return assert.fail(JSON.stringify(outcome))
        for (const { kind, reason } of outcome.failures) {
          assert.strictEqual(kind, "transient")
          assert.match(reason, /judge-b.* did not answer: 503 out for lunch/)
        }

        world.script.now = usual
        const second = yield* world.run(world.held.study)
        const { failures, reward: mean } = evaluated(second, world.held.evaluate)
        assert.deepEqual(failures, [])
        const scores = few.flatMap((name) => judges.map((judge) => deriveSeed([judge, name]) % 11))
        assert.closeTo(mean ?? NaN, scores.reduce((sum, score) => sum + score, 0) / scores.length / 10, 1e-9)
      }),
    240_000,
  )
})
