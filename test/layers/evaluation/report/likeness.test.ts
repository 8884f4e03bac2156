import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { measureRow, replayMeasures } from "../../../../layers/evaluation/fidelity/replayMeasures.ts"
import type { Language } from "../../../../layers/evaluation/realism/Language.ts"
import { partsOfSpeech } from "../../../../layers/evaluation/realism/Language.ts"
import { LikenessData, likenessOf } from "../../../../layers/evaluation/report/simulators/likenessData.ts"
import { likenessSections } from "../../../../layers/evaluation/report/simulators/likenessSections.ts"
import { plain } from "../../../../layers/generation/personas.ts"
import { AdherenceResult } from "../../../../src/domain/Adherence.ts"
import { Sha256 } from "../../../../src/domain/Artifact.ts"
import type { FidelityResult } from "../../../../src/domain/Fidelity.ts"
import { ReplayResult } from "../../../../src/domain/Replay.ts"
import { SimulatorReviewResult } from "../../../../src/domain/SimulatorReview.ts"

const rows = { sha256: Sha256.make("b".repeat(64)), bytes: 1 }
const diversity = (percent: number) => ({ turns: 2, pairs: 1, blank: 0, percent, low: null, high: null })
const lengths = { turns: 0, mean: null, p10: null, median: null, p90: null }
const fidelity = (apart: number): FidelityResult => ({
  _tag: "Fidelity",
  likelihood: null,
  noLikelihood: "none",
  openings: {
    asked: 2,
    written: 2,
    simulated: diversity(90 - apart),
    human: diversity(90),
    lengths: { simulated: lengths, human: lengths, distance: null },
    refusals: [],
    failures: [],
  },
  overlap: { byTurn: [], simulated: null, human: null, difference: null },
  lengths: { simulated: lengths, human: lengths, distance: null },
  endings: {
    limit: 2,
    kinds: [],
    compared: 0,
    turns: [],
    left: { simulated: null, human: null },
    mean: { simulated: null, human: null },
    difference: null,
    distance: apart / 10,
  },
  rows: { scores: null, openings: rows, talks: rows },
  seconds: 1,
})

const language: Language = {
  tagCounts: () => partsOfSpeech.map(() => 1),
  spelling: () => ({ checked: 0, unknown: 0 }),
  sentiment: () => [0, 1, 0],
}
const place = (position: number, human: string | null, simulated: string | null) => ({
  position,
  human,
  simulated,
  ended: simulated === null,
  closing: null,
  turn: null,
  refusals: [],
  failure: null,
  calls: [],
})
const replay = Effect.gen(function* () {
  const measured = yield* Effect.forEach([0, 1, 2, 3, 4, 5], (i) =>
    measureRow(
      {
        conversation: `c${i}`,
        user: `u${i}`,
        persona: "plain",
        places: [place(2, "and then?", "ok, <b>please</b> go on!"), place(3, null, null)],
        end: 3,
      },
      language,
    ),
  )
  return ReplayResult.make({
    personas: plain,
    conversations: 6,
    places: 12,
    missing: 0,
    refusals: [],
    failures: [],
    ...replayMeasures(measured, 0),
    embedding: null,
    rows,
    seconds: 1,
  })
})
const share = { asked: 4, judged: 3, kept: 3, left: 1, missing: 1, share: 1, low: 0.44, high: 1 }
const adherence = AdherenceResult.make({
  role: share,
  roleBy: "choices",
  intent: null,
  noIntent: "no judge was named",
  failures: [],
  missing: [{ reason: "simulator: every draw was refused (empty)", count: 1 }],
  rows,
  seconds: 1,
})
const review = SimulatorReviewResult.make({
  judge: { provider: "openai", name: "judge" },
  prompt: "p",
  asked: 3,
  reviewed: 2,
  missing: [{ reason: "judge: refused", count: 1 }],
  faultless: 1,
  critical: 1,
  errors: [{ tag: "ended-early", severity: "critical-hindered", count: 2, conversations: 1 }],
  rows,
  seconds: 1,
})

describe("likeness in a report", () => {
  it.effect("is told table by table, with reasons for what is missing, and can be kept", () =>
    Effect.gen(function* () {
      const found = yield* replay
      const cells = [5, 4, 3, 2, 1].map((apart) => ({
        label: `s${apart}`,
        fidelity: fidelity(apart),
        floors: { diversity: apart, openingWords: 1, laterWords: 1, overlap: null, userTurns: 0.25 },
        utility: 10 - apart,
        ...(apart === 5 ? { replay: found, adherence, review } : {}),
      }))
      const data = likenessOf(cells, "gain")
      assert.isDefined(data)
      assert.deepStrictEqual(Schema.decodeUnknownSync(LikenessData)(Schema.encodeSync(LikenessData)(data)), data)
      const sections = likenessSections(data)
      assert.deepStrictEqual(
        sections.map(({ id }) => id),
        ["replay", "floor", "adherence", "review", "utility"],
      )
      const text = JSON.stringify(sections)
      assert.notMatch(text, /NaN|undefined|Infinity/)
      for (const part of ["100 [44, 100]", "n/a", "ended-early", "judge: refused", "every draw was refused", "1 (50%)"])
        assert.include(text, part)

      const of = (name: string) => data.utility?.measures.find(({ measure }) => measure === name)
      assert.closeTo(of("first-turn diversity")?.spearman?.r ?? 0, -1, 1e-12)
      assert.closeTo(of("user turns")?.spearman?.pValue ?? 0, 2 / 120, 1e-12)
      // Two measures have p-values.
      assert.closeTo(of("user turns")?.spearman?.adjusted ?? 0, 4 / 120, 1e-12)
      assert.match(of("words per turn")?.reason ?? "", /^1 simulators have both/)
      assert.strictEqual(of("words per turn")?.floor, 0)
      assert.match(of("intent overlap")?.reason ?? "", /^0 simulators/)
      // Means over the simulators' real users; what real users can't be measured by says so.
      assert.deepStrictEqual([of("first-turn diversity")?.floor, of("user turns")?.floor], [3, 0.25])
      assert.deepStrictEqual([of("1 - termination F1")?.floor, of("meaning")?.noFloor], [null, undefined])
      for (const part of ["no floor: a real user ends where it ended", "no floor: real users are no model"])
        assert.include(text, part)
    }),
  )

  it("is nothing where there is none, and needs five simulators beside a utility", () => {
    assert.isUndefined(likenessOf([{ label: "one", fidelity: fidelity(1) }], undefined))
    assert.deepStrictEqual(likenessSections(undefined), [])
    const few = likenessOf(
      [1, 2, 3, 4].map((apart) => ({
        label: `s${apart}`,
        fidelity: fidelity(apart),
        utility: apart === 1 ? null : apart,
      })),
      undefined,
    )
    assert.isTrue(few?.utility?.measures.every(({ spearman, reason }) => spearman === null && reason !== null))
    const turns = few?.utility?.measures.find(({ measure }) => measure === "user turns")
    assert.deepStrictEqual([turns?.floor, turns?.noFloor], [null, "real users are too few"])
    assert.deepStrictEqual(
      likenessSections(few).map(({ id }) => id),
      ["utility"],
    )
  })
})
