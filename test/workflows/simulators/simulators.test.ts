import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { isOfSimulators } from "../../../layers/evaluation/report/pageOf.ts"
import * as U from "../../../workflows/index.ts"
import { study } from "../../../workflows/experiments/simulators.ts"
import { corpusRows, simulatorWorld } from "./simulatorWorld.ts"

const base = U.Model.trainable("scripted-base", { revision: "1" })
const chat = U.Model.openai("chat-2026-01-01")
const recipe = { rank: 4, learningRate: 1e-3, batchSize: 4, maxTokens: 600, conversations: 8, heldOut: 4, saveEvery: 2 }

const experimentOn = (corpus: string) => {
  const split = U.Split({
    corpus: U.Corpus({ file: U.FileRef.make({ path: corpus }) }),
    shares: { simulator: 0.3, assistant: 0.1, validation: 0.1, test: 0.5 },
  })
  return study("likeness", {
    split,
    simulators: {
      RPUser1: U.RolePlay({ model: base, opening: "generated" }),
      RPUser3: U.RolePlay({ model: chat, personas: U.Personas.paper }),
      SFTUser: U.FineTuned({ split, base, recipe }),
      Served: U.ServedSimulator({ model: U.Model.openai("sftuser-2026-01-01") }),
    },
    assistant: U.InitialAssistant({ model: chat }),
    conversing: { turns: 3, maxTokens: 12 },
    size: { prompts: 12, conversations: 10, openings: 8, maxTokens: 500, replayed: 14 },
  })
}

describe("a study of simulators", () => {
  it.scopedLive(
    "sets every simulator beside the real users, says what can't be had, and asks nobody anything twice",
    () =>
      Effect.gen(function* () {
        const world = yield* simulatorWorld
        const { ran, data, report } = yield* world.run(experimentOn(world.corpus))
        assert.strictEqual(ran.state, "done")
        if (!isOfSimulators(data)) return assert.fail("the report is of simulators")
        const of = (label: string) => data.fidelity.find(({ simulator }) => simulator === label)!

        // The same ten conversations are scored by each model that can be asked, their words as bytes of the corpus.
        const [plain, tuned] = [of("RPUser1"), of("SFTUser")]
        assert.strictEqual(plain.likelihood?.conversations, 10)
        assert.strictEqual(plain.likelihood?.bytes, tuned.likelihood?.bytes)
        assert.isNotNull(plain.likelihood?.difference?.low ?? null)
        assert.isBelow(
          tuned.likelihood?.withIntent?.perplexity.mean ?? Infinity,
          plain.likelihood?.withIntent?.perplexity.mean ?? 0,
        )
        for (const label of ["RPUser3", "Served"]) {
          assert.isNull(of(label).likelihood)
          assert.match(of(label).noLikelihood ?? "", /no log-probabilities/)
        }

        const rows = new Map(corpusRows(90).map((row) => [row.conversation_hash, row]))
        for (const row of data.fidelity) {
          assert.strictEqual(row.openings.asked, 8)
          assert.strictEqual(row.openings.human.turns, row.openings.written)
          const { endings } = row
          assert.strictEqual(
            endings.turns.reduce((sum, { human }) => sum + human, 0),
            endings.compared,
          )
          assert.isAtMost(endings.mean.human?.mean ?? 9, 3)
          for (const floor of Object.values(row.floors ?? {})) assert.isNotNull(floor)
          assert.isAbove(row.floors?.userTurns ?? 0, 0)
        }
        // Real openings of the same prompts: both sides give away as much with them.
        const { byTurn } = of("Served").overlap
        assert.deepStrictEqual(byTurn[0]?.simulated, byTurn[0]?.human)
        assert.isAbove(byTurn[0]?.human?.mean ?? 0, 0)
        // Real conversations are shown as far as simulated ones can come.
        for (const { prompt, messages, turns } of data.samples.filter(({ simulator }) => simulator === null)) {
          const logged = rows.get(prompt)?.conversation ?? []
          assert.deepStrictEqual<unknown>(messages, logged.slice(0, 6))
          assert.strictEqual(turns, logged.length / 2)
        }
        // Every kind of simulator is put in the same real users' place.
        assert.deepStrictEqual(
          data.likeness?.replays.map(({ simulator, conversations, missing }) => [simulator, conversations, missing]),
          ["RPUser1", "RPUser3", "SFTUser", "Served"].map((simulator) => [simulator, 14, 0]),
        )
        for (const { termination, distances, features, toldApart } of data.likeness?.replays ?? []) {
          const { right, early, never } = termination.sessions
          assert.strictEqual(right + early + never, 14)
          assert.isNotNull(distances[0]?.floor ?? null)
          assert.strictEqual(features.length, 19)
          assert.strictEqual(toldApart?.conversations, 14)
          assert.isAbove(toldApart?.auc ?? 0, 0.5)
        }
        assert.isNull(data.samples.find(({ simulator }) => simulator === "SFTUser")?.persona ?? null)
        assert.isTrue(data.provenance.every(({ transcripts }) => transcripts.length !== 1 || transcripts[0] !== ""))

        const [page, text] = ["report.html", "report.md"].map((name) =>
          readFileSync(report.files.find((file) => file.endsWith(name)) ?? "", "utf8"),
        )
        for (const part of [
          "When they end, in the place of real users",
          "How well they are told from real users",
          "RPUser1",
          "real users",
          "no log-probabilities of given text",
          "Being like real users",
        ])
          assert.include(page, part)
        assert.notMatch((page ?? "").replace(/<script[^]*<\/script>/, ""), /NaN|undefined|Infinity/)
        assert.notMatch(text ?? "", /NaN|undefined|Infinity/)
        assert.match(page ?? "", /Fidelity\/v1-[0-9a-f]{16}/)
        assert.include(report.table, "n/a")
        const document = JSON.parse(
          readFileSync(
            report.files.find((file) => file.endsWith("report.json"))!,
            "utf8",
          ),
        )
        assert.strictEqual(document.fidelity.length, 4)
        assert.isTrue(document.provenance.rows.every(({ step }: { readonly step: string | null }) => step !== null))

        const asked = world.tinker.arrivals.length + world.openai.arrivals.length
        yield* world.run(experimentOn(world.corpus))
        assert.strictEqual(world.tinker.arrivals.length + world.openai.arrivals.length, asked)
      }),
    120_000,
  )

  it("refuses a simulation of another simulator, of another part and of other limits", () => {
    const split = U.Split({ corpus: U.embeddedCorpus() })
    const [one, other] = [U.RolePlay({ model: chat }), U.RolePlay({ model: chat, opening: "generated" })]
    const assistant = U.InitialAssistant({ model: chat })
    const conversing = { turns: 2, maxTokens: 8 }
    const simulation = U.Simulate({ split, assistant, simulator: one, conversing, prompts: 2 })
    const given = { split, simulator: one, simulation, conversing, conversations: 2, openings: 2 }
    assert.doesNotThrow(() => U.Fidelity(given))
    assert.throws(() => U.Fidelity({ ...given, simulator: other }), U.InvalidInput, /of another simulator/)
    assert.throws(() => U.Fidelity({ ...given, conversing: { turns: 3, maxTokens: 8 } }), U.InvalidInput, /turns is 3/)
    const persona = U.Personas.plain
    const spoken = U.Simulate({ split, assistant, simulator: one, conversing, persona, prompts: 2 })
    assert.throws(() => U.Fidelity({ ...given, simulation: spoken }), U.InvalidInput, /in place of the simulator's own/)
    const trained = U.Simulate({ split, part: "simulator", assistant, simulator: one, conversing, prompts: 2 })
    assert.throws(() => U.Fidelity({ ...given, simulation: trained }), U.InvalidInput, /part: "test"/)
  })
})
