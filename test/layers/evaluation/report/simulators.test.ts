import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { AnyReportJson, isOfSimulators } from "../../../../layers/evaluation/report/pageOf.ts"
import { closingTable } from "../../../../layers/evaluation/report/closingTable.ts"
import { renderHtml } from "../../../../layers/evaluation/report/renderHtml.ts"
import { renderMarkdown } from "../../../../layers/evaluation/report/renderMarkdown.ts"
import { reportDocument } from "../../../../layers/evaluation/report/reportDocument.ts"
import { buildSimulatorData } from "../../../../layers/evaluation/report/simulators/buildSimulatorData.ts"
import type { SimulatorCell } from "../../../../layers/evaluation/report/simulators/buildSimulatorData.ts"
import { firstTurnDiversity } from "../../../../layers/evaluation/fidelity/firstTurns.ts"
import { likelihoodOf } from "../../../../layers/evaluation/fidelity/likelihood.ts"
import {
  endingsOf,
  humanTalk,
  laterLengths,
  overlapOf,
  simulatedTalk,
} from "../../../../layers/evaluation/fidelity/talks.ts"
import { lengthsOf } from "../../../../layers/evaluation/fidelity/turnLengths.ts"
import { paper } from "../../../../layers/generation/personas.ts"
import { Sha256 } from "../../../../src/domain/Artifact.ts"
import type { Message } from "../../../../src/domain/Conversation.ts"
import { FidelityResult } from "../../../../src/domain/Fidelity.ts"
import { RolePlayResult, SimulationResult, SplitResult } from "../../../../src/domain/Results.ts"
import type { Rollout } from "../../../../src/domain/Rollout.ts"
import { runFacts } from "./runFacts.ts"

const artifact = { sha256: Sha256.make("a".repeat(64)), bytes: 1 }
const attack = "<script>alert(1)</script> [click](javascript:x) | cell\n# heading"
const part = { conversations: artifact, count: 3, users: 2 }
const split = SplitResult.make({
  preset: "default",
  simulator: part,
  assistant: part,
  validation: part,
  test: part,
  dropped: [],
  notes: [`noted: ${attack}`],
})
const model = { provider: "openai", name: "chat-2026-01-01" } as const
const simulator = RolePlayResult.make({
  model,
  opening: "real",
  personas: paper,
  style: "json",
  condition: "persona-and-intent",
  prompt: "p",
})

const intent = "to learn about rivers"
const talk = (...users: ReadonlyArray<string>): ReadonlyArray<Message> =>
  users.flatMap((content): ReadonlyArray<Message> => [
    { role: "user", content },
    { role: "assistant", content: "Yes." },
  ])
const rollout = (prompt: string, messages: ReadonlyArray<Message>): Rollout => ({
  prompt,
  sample: 0,
  persona: "default",
  messages,
  turns: [],
  ending: "goodbye",
  closing: attack,
  refusals: [],
  verdict: null,
  failure: null,
  calls: [],
})
const real = [
  { id: "a", user: "u", intent, messages: talk("rivers?", "and learn more") },
  { id: "b", user: "v", intent, messages: talk("which rivers") },
]
const held = [rollout("a", talk("rivers?", attack)), rollout("b", talk("which rivers", "ok then", "rivers"))]

const cell = (label: string, scored: boolean, rollouts: ReadonlyArray<Rollout>): SimulatorCell => {
  const talks = [...real.map(humanTalk), ...rollouts.map((one) => simulatedTalk(one, intent))]
  const score = { turns: 1, cut: 0, tokens: 4, bytes: 16, withIntent: { words: 8, ends: 1 } }
  const simulation = SimulationResult.make({
    personas: paper,
    rollouts: rollouts.length,
    endings: [],
    refusals: [{ reason: "copies the intent", count: 7 }],
    failures: [{ by: "infrastructure", reason: `simulator: ${attack}`, count: 1 }],
    transcripts: artifact,
    seconds: 1,
  })
  const fidelity = FidelityResult.make({
    likelihood: scored
      ? likelihoodOf(
          ["a", "b"].map((conversation) => ({ ...score, conversation, withoutIntent: { words: 12, ends: 1 } })),
          [{ reason: "conversations: no messages", count: 3 }],
        )
      : null,
    noLikelihood: scored ? null : "it only talks",
    openings: {
      asked: 5,
      written: 3,
      simulated: firstTurnDiversity(["a b", "b c", "d"]),
      human: firstTurnDiversity([]),
      lengths: { simulated: lengthsOf([2, 2, 1]), human: lengthsOf([]), distance: null },
      refusals: [{ reason: "sounds like an assistant", count: 11 }],
      failures: [{ by: "infrastructure", reason: "simulator: invalid output", count: 1 }],
    },
    overlap: overlapOf(talks),
    lengths: laterLengths(talks),
    endings: endingsOf(talks, 3, [{ ending: "goodbye", count: rollouts.length }]),
    rows: { scores: scored ? artifact : null, openings: artifact, talks: artifact },
    seconds: 1,
  })
  const floors = { diversity: 4.4, openingWords: 3.3, laterWords: 2.2, overlap: 5.5, userTurns: 0.66 }
  return { label, simulator, fidelity, floors, simulation, first: rollouts }
}

const cells = [cell("mute", false, []), cell("talker", true, held)]
const data = buildSimulatorData({ title: undefined, split, cells, real })

describe("the report on simulators", () => {
  it.effect("says the same on the page and in Markdown, the real users first, what is unknown as a dash", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      const text = renderMarkdown(data, runFacts)
      for (const rendered of [page, text]) {
        assert.notMatch(rendered.replace(/<script[^]*<\/script>/, ""), /NaN|undefined|Infinity/)
        for (const part of ["real users", "it only talks", "copies the intent", "sounds like an assistant"])
          assert.include(rendered, part)
        assert.isBelow(rendered.indexOf("real users"), rendered.indexOf("talker"))
        // exp(16 / 8) and 16 nats over 32 bytes.
        for (const number of ["7.4", "0.72", "−0.361"]) assert.include(rendered, number)
      }
      assert.strictEqual(page.split("<svg").length - 1, 3)
      assert.include(text, "| talker | 88.9 ")
      // How far real users are from one another stands where others' distances from them do.
      for (const floor of ["4.4", "3.3", "2.2", "±5.5", "0.66"])
        assert.match(text, new RegExp(`\\| real users \\|.* ${floor} \\|`))
      // Five asked, three written, one failed: one was given up.
      assert.match(text, /3 of 5 \| 1 \|/)
    }),
  )

  it.effect("lets no model and no data write HTML, links or headings", () =>
    Effect.gen(function* () {
      const page = yield* renderHtml(data, runFacts)
      const text = renderMarkdown(data, runFacts)
      assert.notInclude(page, "<script>alert")
      assert.include(page, "&lt;script&gt;alert(1)&lt;/script&gt;")
      assert.notMatch(text, /<script/)
      assert.notMatch(text, /(?<!\\)\]\(/)
      assert.notMatch(text, /^>? ?# heading/m)
    }),
  )

  it("survives its artifact, and is told from a report on assistants", () => {
    const read = Schema.decodeSync(AnyReportJson)(Schema.encodeSync(AnyReportJson)(data))
    assert.isTrue(isOfSimulators(read))
    assert.deepStrictEqual(read, data)
    const document = reportDocument(data, runFacts)
    assert.property(document, "fidelity")
    assert.notProperty(document, "matrix")
    assert.deepStrictEqual(
      document.provenance.rows.map(({ label }) => label),
      ["mute", "talker"].flatMap((label) => [
        `simulator ${label}`,
        `conversations of ${label}`,
        `fidelity of ${label}`,
      ]),
    )
  })

  it("closes a run in lines that fit a terminal", () => {
    const text = closingTable(data, runFacts)
    for (const part of ["real users", "n/a", "it only talks", "Being like real users"]) assert.include(text, part)
    assert.isBelow(Math.max(...text.split("\n").map((line) => line.length)), 160)
  })
})
