import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Rollout } from "../../../src/domain/Rollout.ts"
import { EvaluationResult } from "../../../src/domain/Results.ts"
import { Home, StepLedger } from "../../../src/index.ts"
import { loadStudy } from "../../../workflows/cli/loadStudy.ts"
import { runStudy } from "../../../workflows/runStudy.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { scriptedOpenAi } from "../../support/ScriptedOpenAi.ts"
import type { Arrival, Fault } from "../../support/ScriptedOpenAi.ts"

const root = join(import.meta.dirname, "../../..")
const page = readFileSync(join(root, "docs/rewards.md"), "utf8")
const block = (language: string) => new RegExp(`(?<=\`\`\`${language}\\n)[^]*?(?=\`\`\`)`).exec(page)?.[0] ?? ""

/** Judges give 6, simulated users go on. */
const played = ({ body }: Arrival): Fault | undefined => {
  const format = JSON.stringify(body["response_format"] ?? "")
  if (format.includes("verdict")) return { kind: "text", text: JSON.stringify({ thought: "fair", score: 6 }) }
  if (format === '""') return undefined
  return { kind: "text", text: JSON.stringify({ current_answer: "-", thought: "-", response: "and then?" }) }
}

describe("docs/rewards.md", () => {
  it.scopedLive(
    "has an example that plans and runs as written, with its program in Python",
    () =>
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "understudy-rewards-"))),
          (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true })),
        )
        mkdirSync(join(folder, "node_modules"))
        symlinkSync(root, join(folder, "node_modules/understudy"))
        writeFileSync(join(folder, "package.json"), `{"type":"module"}`)
        writeFileSync(join(folder, "rewards.ts"), block("ts"))
        writeFileSync(join(folder, "scorer.py"), block("python"))
        const study = yield* loadStudy(join(folder, "rewards.ts"))
        const openai = yield* scriptedOpenAi({ everyFault: played })
        const home = join(folder, "home")
        const options = {
          config: { endpoints: { default: { url: openai.url } }, models: {}, trainer: { kind: "embedded" as const } },
          home,
          offline: false,
          budget: undefined,
          concurrency: 2,
          patience: "1 second" as const,
          say: () => Effect.void,
          live: () => Effect.void,
        }
        const ran = yield* runStudy(study, options).pipe(Effect.scoped)
        assert.strictEqual(ran.state, "done")

        const evaluations = yield* Effect.flatMap(StepLedger, (ledger) => ledger.list).pipe(
          Effect.map((entries) => entries.filter(({ id }) => id.startsWith("Evaluate/"))),
          Effect.flatMap((entries) =>
            Effect.forEach(entries, (entry) =>
              Effect.flatMap(decodeOutput(entry.output), ({ transcripts }) => rollouts.read(transcripts)),
            ),
          ),
          Effect.provide(Home.Home.layerReader(home)),
        )
        const all = evaluations.map((records) => records.map(verdictOf))
        assert.deepStrictEqual(
          all.map((verdicts) => verdicts.length),
          [4, 4, 4, 4, 4],
        )
        const having = (measure: string) =>
          all.filter((verdicts) => verdicts.every(({ measures }) => measures[measure] !== undefined))
        assert.strictEqual(having("words").length, 2)
        const turns = having("words").flatMap((verdicts) =>
          verdicts.flatMap((one) => (one.turns === undefined ? [] : [one.turns])),
        )
        assert.deepStrictEqual(
          turns.map(({ length }) => length),
          [2, 2, 2, 2],
        )
        assert.deepStrictEqual([having("rubric").length, having("forward samples").length], [2, 1])
        for (const { reward } of having("rubric").flat()) assert.closeTo(reward, 0.6, 0.01)
        for (const { measures } of having("forward samples").flat()) assert.strictEqual(measures["forward samples"], 2)

        const asked = openai.arrivals.length
        const again = yield* runStudy(study, options).pipe(Effect.scoped)
        assert.deepStrictEqual([again.state, openai.arrivals.length], ["done", asked])

        // The program is part of what the step is.
        writeFileSync(join(folder, "scorer.py"), `${block("python")}\n# another one\n`)
        const edited = yield* loadStudy(join(folder, "rewards.ts"))
        const ids = new Set(study.graph.nodes.map(({ id }) => id))
        assert.strictEqual(edited.graph.nodes.filter(({ id }) => !ids.has(id)).length, 2)
      }),
    180_000,
  )
})

const decodeOutput = (output: string | null) => Schema.decodeUnknown(Schema.parseJson(EvaluationResult))(output)

const verdictOf = ({ verdict, failure }: Rollout) => verdict ?? assert.fail(JSON.stringify(failure))
