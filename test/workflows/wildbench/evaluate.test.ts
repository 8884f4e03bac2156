/** The evaluation of assistants that are there, on scripted servers: everything but training. */
import { NodeContext, NodeHttpServer } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Schema } from "effect"
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { PageFacts } from "../../../layers/evaluation/report/PageFacts.ts"
import { ReportData } from "../../../layers/evaluation/report/ReportData.ts"
import type { TalkIndex } from "../../../layers/evaluation/report/transcripts/TalkIndex.ts"
import { ArtifactRef } from "../../../src/domain/Artifact.ts"
import { Home, InvalidInput, StepLedger } from "../../../src/index.ts"
import * as U from "../../../workflows/index.ts"
import evaluate, { presets } from "../../../workflows/experiments/evaluate.ts"
import { study } from "../../../workflows/experiments/evaluateStudy.ts"
import { readTranscripts } from "../../../workflows/transcripts.ts"
import { viewServer } from "../../../workflows/view/viewServer.ts"
import { simulatorWorld } from "../simulators/simulatorWorld.ts"

const base = U.Model.trainable("scripted-base", { revision: "1" })
const chat = (name: string) => U.Model.openai(name, { revision: "1" })

const experimentOn = (corpus: string) =>
  study("assistants", {
    split: U.Split({
      corpus: U.Corpus({ file: U.FileRef.make({ path: corpus }) }),
      shares: { simulator: 0.3, assistant: 0.1, validation: 0.1, test: 0.5 },
    }),
    assistants: {
      one: U.InitialAssistant({ model: chat("one") }),
      tokens: U.InitialAssistant({ model: base }),
    },
    simulators: { RPUser2: U.RolePlay({ model: chat("chat") }) },
    heldOut: ["RPUser2"],
    evaluating: {
      reward: U.Reward.checklist([{ kind: "words", max: 60 }], { own: false }),
      conversing: { turns: 2, maxTokens: 12 },
      prompts: 4,
      samples: 2,
    },
    question: "Is tokens better than one?",
    training: { from: "one", with: { tokens: "RPUser2" } },
    success: 0.5,
    wildbench: {
      tasks: U.ownWildBenchTasks({ most: 5 }),
      judges: [{ model: base, heldOut: true }],
      answering: { maxTokens: 12 },
    },
    fidelity: { assistant: "one", conversations: 4, openings: 4, maxTokens: 500, replayed: 4, probed: 2 },
  })

describe("an evaluation of assistants", () => {
  it.scopedLive(
    "fills matrix and checklists for endpoints and models in tokens alike",
    () =>
      Effect.gen(function* () {
        const world = yield* simulatorWorld
        const { ran, data } = yield* world.run(experimentOn(world.corpus))
        assert.strictEqual(ran.state, "done")
        const report = Schema.validateSync(ReportData)(data)
        const { wildbench } = report
        if (wildbench === undefined) return assert.fail("no wildbench in the report")
        assert.deepEqual(
          wildbench.assistants.map(({ assistant, tasks, judged, items }) => [assistant, tasks, judged, items.missing]),
          [
            ["one", 5, 5, 0],
            ["tokens", 5, 5, 0],
          ],
        )
        assert.deepEqual(wildbench.judges, [
          { name: "scripted-base@1", family: "scripted", heldOut: true, by: "likelihood" },
        ])
        assert.lengthOf(wildbench.pairs, 1)
        assert.strictEqual(report.question, "Is tokens better than one?")
        assert.deepInclude(report.assistants[1], { label: "tokens", kind: "trained", trainedWith: "RPUser2" })
        const [gain, ...more] = report.gains.filter(({ metric }) => metric === "reward")
        assert.deepInclude(gain, { assistant: "tokens", initial: "one", simulator: "RPUser2", n: 4 })
        assert.isEmpty(more)
        assert.deepEqual(
          report.reliability?.map(({ assistant, passHat, prompts }) => [assistant, passHat.length, prompts]),
          [
            ["one", 2, 4],
            ["tokens", 2, 4],
          ],
        )
        assert.lengthOf(report.byConversation ?? [], 2)
        assert.lengthOf(
          report.matrix.filter(({ metric }) => metric === "reward"),
          2,
        )
        assert.include(
          report.provenance.map(({ label }) => label),
          "WildBench verdicts on one",
        )
      }),
    240_000,
  )

  it.scopedLive(
    "writes and serves the report on its simulators beside the one on its assistants, finished or not",
    () =>
      Effect.gen(function* () {
        const world = yield* simulatorWorld
        const { study, report } = yield* world.run(experimentOn(world.corpus))
        const written = (end: string) => readFileSync(report.files.find((file) => file.endsWith(end)) ?? "", "utf8")
        assert.include(written("report/report.html"), '<a href="assistants-simulators/report.html">')
        assert.include(written("report/report.md"), "[assistants, simulators](assistants-simulators/report.md)")
        const simulators = written("report/assistants-simulators/report.html")
        assert.include(simulators, '<a href="../report.html">assistants</a>')
        assert.match(simulators, /Fidelity\/v1-[0-9a-f]{16}/)
        for (const part of ["In the place of real users", "Whether they stay users"]) assert.include(simulators, part)
        assert.include(report.table, "assistants, simulators\n")

        // Every number on a simulator leads to the step that counted it, and to the turns that it was counted on.
        const facts: PageFacts = JSON.parse(/id="facts">([^<]*)</.exec(simulators)?.[1] ?? "")
        const sourcesIn = (section: string) => {
          const part = simulators.slice(simulators.indexOf(`<section id="${section}"`)).split("</section>")[0] ?? ""
          const ofSimulator = part.split("<tr ").filter((row) => row.includes("RPUser2"))
          const places = ofSimulator.flatMap((row) => /data-source="(\d+)"/.exec(row)?.[1] ?? [])
          return [...new Set(places)].map((place) => facts.sources[Number(place)])
        }
        const expected = {
          openings: ["Fidelity", "opening"],
          lengths: ["Fidelity", "simulation"],
          replay: ["Replay", "replay"],
          adherence: ["Adherence", "role probe"],
        }
        for (const [section, [stage, kind]] of Object.entries(expected)) {
          const found = sourcesIn(section)
          assert.isNotEmpty(found, section)
          for (const source of found) {
            assert.strictEqual(source?.talks?.kind, kind, section)
            assert.match(source?.steps[0]?.id ?? "", new RegExp(`^${stage}/`), section)
          }
        }
        const page = report.files.find((file) => file.endsWith("assistants-simulators/report.html")) ?? ""
        const script = readFileSync(join(dirname(page), "transcripts/index.js"), "utf8")
        const index: TalkIndex = JSON.parse(script.slice(script.indexOf("(") + 1, script.lastIndexOf(")")))
        const countOf = (kind: string) =>
          index.columns.group.filter((group) => index.groups[group]?.kind === kind).length
        assert.deepEqual(
          ["simulation", "opening", "replay", "role probe", "intent probe"].map(countOf),
          [4, 4, 4, 2, 0],
        )
        assert.deepEqual(
          index.groups.map(({ problem }) => problem).filter((problem) => problem !== null),
          [],
        )
        const shown = (stage: string) =>
          Effect.gen(function* () {
            const id = study.graph.nodes.find(({ step }) => step.stage.name === stage)?.id ?? ""
            const done = Option.getOrThrow(yield* Effect.flatMap(StepLedger, (ledger) => ledger.find(id)))
            const { rows } = Schema.decodeUnknownSync(Schema.Struct({ rows: ArtifactRef }))(
              JSON.parse(done.output ?? ""),
            )
            return (yield* readTranscripts(rows)).text
          }).pipe(Effect.provide(Home.Home.layer(world.home)))
        const replayed = yield* shown("Replay")
        for (const part of ["real user", "simulated user"]) assert.include(replayed, part)
        assert.match(yield* shown("Adherence"), /^== .*probe as \w+: (kept|not kept|no verdict)$/m)

        const inLedger = <A, E>(use: (ledger: typeof StepLedger.Service) => Effect.Effect<A, E>) =>
          Effect.flatMap(StepLedger, use).pipe(Effect.provide(Home.Home.layer(world.home)))
        const id = study.graph.nodes.find(({ step }) => step.stage.name === "SimulatorReport")?.id ?? ""
        const done = Option.getOrThrow(yield* inLedger((ledger) => ledger.find(id)))
        yield* inLedger((ledger) => ledger.record({ ...done, state: "suspended", output: null }))
        const url = yield* viewServer({ study, config: world.config, home: world.home, port: 0 })
        const get = (path: string) => Effect.promise(async () => (await fetch(`${url}${path}`)).text())
        assert.include(yield* get(""), '<a href="assistants-simulators/report.html">')
        const part = yield* get("assistants-simulators/report.html")
        assert.include(part, 'id="progress"')
        assert.include(part, "How like real users they are")
        assert.match(yield* get("assistants-simulators/version"), /"version":/)
        for (const folder of ["", "assistants-simulators/"])
          assert.match(yield* get(`${folder}transcripts/index.js`), /^understudyTranscripts\.index\(/)
        assert.strictEqual(yield* get("elsewhere/report.html"), "There is nothing here.")
      }).pipe(Effect.provide([NodeHttpServer.layerContext, NodeContext.layer])),
    240_000,
  )

  it("is planned for the paper's names, and for the embedded model", () => {
    assert.isTrue(U.Experiment.isExperiment(evaluate) && U.Experiment.isExperiment(presets.embedded))
    const stages = (one: typeof evaluate) => new Set(U.Experiment.cells(one).map(({ step }) => step.stage.name))
    for (const one of [evaluate, presets.embedded, presets.checkpoints] as unknown as ReadonlyArray<typeof evaluate>)
      assert.deepEqual([...stages(one)], ["Evaluate", "WildBenchVerdicts"])
    assert.lengthOf(U.Experiment.cells(evaluate), 5 * 9 + 5)
  })

  it("refuses what would compare unlike things", () => {
    const tasks = U.ownWildBenchTasks()
    const trained = U.TrainAssistant({
      split: U.Split({ corpus: U.embeddedCorpus() }),
      base,
      simulator: U.RolePlay({ model: base }),
      persona: U.Personas.plain,
      reward: U.Reward.mix([[1, U.Reward.rubric([chat("Qwen/Qwen3-32B")])]]),
      conversing: { turns: 2, maxTokens: 8 },
      recipe: U.embeddedGrpo,
    })
    const answers = U.WildBenchAnswers({ tasks, assistant: U.AssistantAt({ assistant: trained, at: "last" }) })
    const judged = (
      ...judges: ReadonlyArray<{ readonly model: U.ModelSpec; readonly family?: string; readonly heldOut?: boolean }>
    ) => U.WildBenchVerdicts({ answers, judges: judges as never })
    const refused = (build: () => unknown, reason: RegExp) => {
      try {
        build()
      } catch (error) {
        assert.instanceOf(error, InvalidInput)
        return assert.match(String((error as Error).message), reason)
      }
      return assert.fail("it was built")
    }
    refused(() => judged({ model: chat("qwen-max"), heldOut: true }), /its family "qwen" gave rewards in training/)
    const itself = { model: chat("Qwen/Qwen3-32B"), family: "alibaba", heldOut: true }
    refused(() => judged(itself), /its family "qwen" gave rewards in training/)
    refused(
      () => judged({ model: chat("tongyi-max"), family: "qwen", heldOut: true }),
      /its family "qwen" gave rewards/,
    )
    refused(() => judged({ model: chat("a") }, { model: chat("a") }), /named twice/)
    judged({ model: chat("qwen-max") }, { model: chat("gpt-5-mini"), heldOut: true })
    const [one, other] = [judged({ model: chat("a") }), judged({ model: chat("b") })]
    const wildbench = [
      { assistant: "x", verdicts: one },
      { assistant: "y", verdicts: other },
    ]
    const assistants = { x: trained, y: trained }
    refused(() => U.Report({ simulators: {}, assistants, matrix: [], wildbench }), /of different judges/)
  })
})
