/** What goes wrong at the endpoint, as results and the report count it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { readFileSync } from "node:fs"
import { EvaluationResult, SimulationResult } from "../../../src/domain/Results.ts"
import { writeReport } from "../../../workflows/runStudy.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { faultWorld } from "./FaultWorld.ts"
import { heldStudy } from "./heldExperiment.ts"
import { caseOf, names } from "./injectedFaults.ts"

/** How often each, most frequent first or not. */
const tally = <A>(items: ReadonlyArray<A>, nameOf: (item: A) => string) => {
  const counts: Record<string, number> = {}
  for (const item of items) counts[nameOf(item)] = (counts[nameOf(item)] ?? 0) + 1
  return counts
}

const recordOf = <A extends { readonly count: number }>(rows: ReadonlyArray<A>, nameOf: (row: A) => string) =>
  Object.fromEntries(rows.map((row) => [nameOf(row), row.count]))

describe("what is injected", () => {
  it.scopedLive(
    "is counted, exactly, in results, transcripts and the report",
    () =>
      Effect.gen(function* () {
        const { config, folder, script, run, reading } = yield* faultWorld
        /** Draws that have to be refused, by what was sent for them: a draw that was sent again is one draw. */
        const injected = new Map<string, string>()
        script.now = (asked, { hash }) => {
          const { fault, reason } = caseOf(asked.name).say(asked) ?? {}
          if (reason !== undefined) injected.set(hash, reason)
          return fault
        }
        const held = heldStudy(names, { conversing: { guardrails: { minTurns: 2 } } })
        const outcomes = yield* run(held.study)
        const done = [...outcomes.values()].filter(({ _tag }) => _tag === "Done")
        assert.lengthOf(done, outcomes.size)

        const refusals = tally([...injected.values()], (reason) => reason)
        assert.strictEqual(Object.keys(refusals).length, 7)
        const endings = tally(names, (name) => caseOf(name).ending)
        const failures = tally(
          names.flatMap((name) => caseOf(name).failure ?? []),
          ({ by, reason }) => `${by}: ${reason}`,
        )
        const simulated = outputOf(outcomes.get(held.simulate), SimulationResult)
        const evaluated = outputOf(outcomes.get(held.evaluate), EvaluationResult)
        for (const result of [simulated, evaluated]) {
          assert.strictEqual(result.rollouts, names.length)
          assert.deepEqual(
            recordOf(result.refusals, ({ reason }) => reason),
            refusals,
          )
          assert.deepEqual(
            recordOf(result.endings, ({ ending }) => ending),
            endings,
          )
          assert.deepEqual(
            recordOf(result.failures, ({ by, reason }) => `${by}: ${reason}`),
            failures,
          )
        }
        assert.strictEqual(endings["goodbye"], 4)

        const transcripts = yield* reading(rollouts.read(simulated.transcripts))
        assert.sameMembers(
          transcripts.map(({ prompt }) => prompt),
          names,
        )
        for (const { prompt, ending, failure, closing, messages, turns } of transcripts) {
          const expected = caseOf(prompt)
          assert.deepEqual({ ending, failure }, { ending: expected.ending, failure: expected.failure ?? null }, prompt)
          assert.strictEqual(closing, expected.ending === "goodbye" ? "thx, bye" : null)
          assert.strictEqual(turns.length, messages.length)
        }

        const written = yield* reading(writeReport(held.study, folder, config))
        const files = written._tag === "Some" ? written.value.files : []
        const file = (end: string) => readFileSync(files.find((name) => name.endsWith(end)) ?? "", "utf8")
        const document = JSON.parse(file(".json")) as Reported
        const where = { assistant: "initial", simulator: "played", persona: "its own", rollouts: names.length }
        assert.sameDeepMembers(
          [...document.refusals],
          evaluated.refusals.map((row) => ({ ...where, ...row })),
        )
        assert.sameDeepMembers(
          [...document.failures],
          evaluated.failures.map((row) => ({ ...where, ...row })),
        )
        assert.deepEqual(
          recordOf(document.endings, ({ ending }) => ending),
          endings,
        )
        for (const [reason, count] of Object.entries(refusals)) {
          const share = Number((count / names.length).toPrecision(3))
          for (const [end, line] of [
            [".md", `| initial | played as its own | ${reason} | ${count} | ${share} |`],
            [".html", `>${reason}<`],
          ] as const) {
            assert.include(file(end), line)
          }
        }
      }),
    120_000,
  )
})

const outputOf = <A, I>(
  outcome: { readonly _tag: string; readonly output?: unknown } | undefined,
  schema: Schema.Schema<A, I>,
) => Schema.validateSync(schema)(outcome?.output)

interface Counted {
  readonly reason: string
  readonly count: number
}

interface Reported {
  readonly refusals: ReadonlyArray<Counted>
  readonly failures: ReadonlyArray<Counted>
  readonly endings: ReadonlyArray<Counted & { readonly ending: string }>
}
