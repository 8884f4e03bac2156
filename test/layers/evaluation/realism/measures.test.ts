import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc } from "effect"
import { cosineDistance, embedder, NoEmbeddings } from "../../../../layers/evaluation/realism/Embedder.ts"
import { distancesBesideFloor } from "../../../../layers/evaluation/realism/humanFloor.ts"
import { language, partsOfSpeech, spelt } from "../../../../layers/evaluation/realism/Language.ts"
import type { Language } from "../../../../layers/evaluation/realism/Language.ts"
import { meanMeasures, sessionMeasures } from "../../../../layers/evaluation/realism/pairedMeasures.ts"
import { poolMeasures, poolOf } from "../../../../layers/evaluation/realism/Pool.ts"
import { profileOf } from "../../../../layers/evaluation/realism/profile.ts"
import { sessionSurface } from "../../../../layers/evaluation/realism/replay.ts"
import { terminations } from "../../../../layers/evaluation/realism/terminations.ts"
import { countFeatures } from "../../../../layers/evaluation/realism/userFeatures.ts"

/** Stands in for the real one where a law holds whatever it says. */
const letters: Language = {
  tagCounts: (text) => partsOfSpeech.map((_, i) => text.length % (i + 2)),
  spelling: (text) => ({ checked: text.length, unknown: text.length % 3 }),
  sentiment: (text) => (text.includes("a") ? [0, 0.25, 0.75] : [0.5, 0.5, 0]),
}

const text = fc.stringMatching(/^[a-zA-Z .,!?]{0,40}$/)
const turn = fc.record({ human: text, simulated: text })
const profiled = ({ human, simulated }: { human: string; simulated: string }) => ({
  human: profileOf(human, letters, [human.length, 1]),
  simulated: profileOf(simulated, letters, [simulated.length, 1]),
})
const pool = (texts: ReadonlyArray<string>) =>
  poolOf(
    texts.flatMap((one) => profileOf(one, letters, [one.length, 1]) ?? []),
    [countFeatures(texts)],
  )

describe("paired measures", () => {
  it("are those of the surface, with what can't be compared left out", () => {
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 5 }), (turns) => {
        const found = sessionMeasures(turns.map(profiled))
        const surface = sessionSurface(
          turns.map((one) => ({ ...one, ended: false })),
          "skip",
        )
        assert.deepStrictEqual(
          { words: found.words, charactersPerWord: found.charactersPerWord },
          { words: surface.words, charactersPerWord: surface.charactersPerWord },
        )
        assert.deepStrictEqual([found.punctuation, found.letterCase], [surface.punctuation, surface.letterCase])
        for (const nats of [found.partsOfSpeech, found.punctuation, found.letterCase, found.sentiment])
          assert.isTrue(nats === null || (nats >= 0 && nats <= Math.LN2))
      }),
    )
  })

  it("are 0 for equal sides, and null where nothing is said", () => {
    const same = sessionMeasures([profiled({ human: "Is it, so?", simulated: "Is it, so?" })])
    assert.deepStrictEqual(
      [same.words.difference, same.typoRate.difference, same.partsOfSpeech, same.sentiment, same.embedding],
      [0, 0, 0, 0, 0],
    )
    const none = meanMeasures([sessionMeasures([profiled({ human: "hello", simulated: "" })])])
    assert.deepStrictEqual([none.words.difference, none.punctuation, none.embedding], [null, null, null])
  })
})

describe("pooled distances", () => {
  it("are 0 for equal pools, symmetric, and in their ranges", () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), fc.array(text, { maxLength: 6 }), (one, other) => {
        const [a, b] = [pool(one), pool(other)]
        for (const { name, unit, distance } of poolMeasures) {
          const itself = distance(a, a)
          assert.isTrue(itself === null || Math.abs(itself) < 1e-12, `${name}: ${itself}`)
          const [there, back] = [distance(a, b), distance(b, a)]
          if (there === null || back === null) {
            assert.strictEqual(there, back)
            continue
          }
          assert.closeTo(there, back, 1e-12, name)
          assert.isAtLeast(there, 0)
          if (unit === "nats") assert.isAtMost(there, Math.LN2)
          if (unit === "1 - Dice") assert.isAtMost(there, 1)
        }
      }),
    )
  })

  const users = (count: number, simulated: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => ({
      human: pool([`is it ${"so ".repeat(i % 4)}?`]),
      simulated: pool([simulated(i)]),
    }))

  it("of people from themselves are the floor, and a simulator that talks as they do is at it", () => {
    const alike = distancesBesideFloor(users(40, (i) => `is it ${"so ".repeat(i % 4)}?`))
    for (const { measure, distance, crossed, floor } of alike) {
      assert.isTrue(distance === null || Math.abs(distance) < 1e-12, measure)
      if (floor !== null) assert.closeTo(crossed ?? -1, floor, 1e-12, measure)
    }
    const words = distancesBesideFloor(users(40, () => "w ".repeat(50)))[0]
    assert.isAbove(words?.crossed ?? 0, 10 * (words?.floorHigh ?? 1))
    assert.deepStrictEqual(words, distancesBesideFloor(users(40, () => "w ".repeat(50)))[0])
  })

  it("have no floor for fewer than four users", () => {
    const [words] = distancesBesideFloor(users(3, () => "a b"))
    assert.isNotNull(words?.distance)
    assert.deepStrictEqual([words?.crossed, words?.floor, words?.floorHigh], [null, null, null])
    assert.isNull(distancesBesideFloor([])[0]?.distance ?? null)
  })
})

describe("terminations", () => {
  const places = (marks: string, known = true) => ({
    end: known ? marks.length + 1 : null,
    places: [...marks].map((mark, i) => ({
      position: i + 2,
      over: known && i === marks.length - 1,
      ended: mark === "?" ? null : mark === "x",
    })),
  })

  it("count the first end of a conversation, and every place by itself", () => {
    // In place; two turns early and again at the end; never; an answer is missing first; early, then missing.
    const found = terminations(["..x", "x.x", "...", "?.x", "x?."].map((marks) => places(marks)))
    assert.deepStrictEqual(found.sessions, { right: 1, early: 2, never: 1, open: 0, missing: 1 })
    assert.deepStrictEqual(found.firstEnd, {
      right: 1,
      early: 2,
      missed: 3,
      precision: 1 / 3,
      recall: 1 / 4,
      f1: 2 / 7,
    })
    assert.deepStrictEqual(found.tooEarly, { mean: 4 / 3, n: 3 })
    assert.strictEqual(found.everyPlace.right, 3)
    assert.strictEqual(found.everyPlace.f1, 6 / (6 + 2 + 2))
  })

  it("know no miss where the real end was not asked for", () => {
    const found = terminations([places("..", false), places("x.", false)])
    assert.deepStrictEqual(found.sessions, { right: 0, early: 1, never: 0, open: 1, missing: 0 })
    assert.deepStrictEqual([found.firstEnd.missed, found.firstEnd.recall], [0, null])
    assert.deepStrictEqual(terminations([]).firstEnd.f1, null)
  })
})

describe("the language tools", () => {
  it.effect(
    "tag, spell and feel English, and take seconds for no text",
    () =>
      Effect.gen(function* () {
        const { tagCounts, spelling, sentiment } = yield* language
        const tags = tagCounts("Can you write me a new query?")
        const of = (tag: (typeof partsOfSpeech)[number]) => tags[partsOfSpeech.indexOf(tag)]
        assert.deepStrictEqual([of("PRON"), of("DET"), of("ADJ"), of("PUNCT")], [2, 1, 1, 1])
        assert.deepStrictEqual(spelling("Teh users of Paris dont know paris"), { checked: 7, unknown: 2 })
        assert.deepStrictEqual(spelling("see http://a.bc/xyzzy 3rd me@xyzzy.org"), { checked: 1, unknown: 0 })
        const [, , glad] = sentiment("I love this, thanks!")
        const [sad] = sentiment("This is awful.")
        assert.isAbove(glad, 0.3)
        assert.isAbove(sad, 0.3)
        assert.deepStrictEqual(sentiment(""), [0, 0, 0])
        // A single word of this length alone would take minutes.
        const long = `${"a".repeat(300_000)} ok`
        assert.strictEqual(
          tagCounts(long).reduce((sum, count) => sum + count, 0),
          1,
        )
        assert.deepStrictEqual(spelling(long), { checked: 1, unknown: 0 })
      }),
    60_000,
  )

  it("spell words of letters alone", () => {
    assert.deepStrictEqual(spelt("Don’t buy 3D x86 a www.x.y cats."), ["don't", "buy", "cats"])
  })
})

describe("embeddings", () => {
  it.effect("say how to install what they need", () =>
    Effect.gen(function* () {
      const missing = yield* Effect.flip(
        embedder({ name: "m", revision: "1" }, () => Promise.reject(new Error("Cannot find package"))),
      )
      assert.instanceOf(missing, NoEmbeddings)
      assert.match(missing.message, /npm install @huggingface\/transformers@\d+\.\d+\.\d+/)
      const unknown = yield* Effect.flip(
        embedder({ name: "nobody/none", revision: "1" }, () =>
          Promise.resolve({ pipeline: () => Promise.reject(new Error("404")) }),
        ),
      )
      assert.match(unknown.message, /nobody\/none \(1\) can't be loaded \(404\)/)
    }),
  )

  it.effect("come in the order of the texts, however many", () =>
    Effect.gen(function* () {
      const sizes: Array<number> = []
      const { embed } = yield* embedder({ name: "m", revision: "1" }, () =>
        Promise.resolve({
          pipeline: () =>
            Promise.resolve((texts: ReadonlyArray<string>) => {
              sizes.push(texts.length)
              return Promise.resolve({ tolist: () => texts.map((one) => [one.length]) })
            }),
        }),
      )
      const texts = Array.from({ length: 70 }, (_, i) => "x".repeat(i))
      assert.deepStrictEqual(
        yield* embed(texts),
        texts.map(({ length }) => [length]),
      )
      assert.deepStrictEqual(sizes, [32, 32, 6])
    }),
  )

  it("are apart by 1 - cosine", () => {
    assert.strictEqual(cosineDistance([1, 0], [2, 0]), 0)
    assert.strictEqual(cosineDistance([1, 0], [0, 3]), 1)
    assert.strictEqual(cosineDistance([1, 0], [-1, 0]), 2)
    assert.isNull(cosineDistance([0, 0], [1, 0]))
  })
})
