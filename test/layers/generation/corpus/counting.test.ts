import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, FastCheck as fc, Stream } from "effect"
import { byteLines } from "../../../../layers/generation/corpus/byteLines.ts"
import { numberColumn, wordColumn } from "../../../../layers/generation/corpus/Column.ts"
import { corpusLine, lineHead, lineOpening, lineTexts } from "../../../../layers/generation/corpus/corpusLine.ts"
import { frequentNgrams } from "../../../../layers/generation/corpus/FrequentNgrams.ts"
import { taskOverlap } from "../../../../layers/generation/corpus/TaskOverlap.ts"
import { nameStore } from "../../../../layers/generation/corpus/nameStore.ts"
import { textHash } from "../../../../layers/generation/corpus/textHash.ts"
import { textTable } from "../../../../layers/generation/corpus/TextTable.ts"
import { uniqueIds } from "../../../../layers/generation/corpus/uniqueIds.ts"
import { lowerWords } from "../../../../layers/generation/corpus/words.ts"

const word = fc.constantFrom("a", "B", "cat", "dog", "É", "ß")
const text = fc.array(word, { maxLength: 14 }).map((words) => words.join(" "))

describe("textHash", () => {
  it("tells texts apart that differ in length, order or one unit", () => {
    const hex = (value: string) => {
      const out = new Uint32Array(4)
      textHash(value, 0, out)
      return [...out].map((part) => part.toString(16).padStart(8, "0")).join("")
    }
    const texts = ["", "\0", "\0\0", "a", "a\0", "ab", "ba", "abcdefgh", "abcdefgi", "abcdefgha", "b".repeat(40)]
    assert.strictEqual(new Set(texts.map(hex)).size, texts.length)
    // Each bit is set in about half of many.
    const many = Array.from({ length: 2000 }, (_, i) => hex(`text ${i}`))
    for (let at = 0; at < 32; at++) {
      const mean = many.reduce((sum, value) => sum + Number.parseInt(value[at]!, 16), 0) / many.length
      assert.closeTo(mean, 7.5, 0.5)
    }
  })
})

describe("textTable", () => {
  it.prop("counts as a map does", [fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000 })], ([texts]) => {
    const table = textTable()
    const map = new Map<string, number>()
    for (const one of texts) {
      assert.strictEqual(table.add(one, 1), map.get(one) ?? 0)
      map.set(one, (map.get(one) ?? 0) + 1)
    }
    assert.strictEqual(table.size(), map.size)
    for (const [one, count] of map) assert.strictEqual(table.get(one), count)
    assert.isUndefined(table.get("not in it, and too long"))
  })

  it("numbers texts, through growth", () => {
    const table = textTable()
    for (let i = 0; i < 100_000; i++) assert.strictEqual(table.getOrPut(`user ${i}`, i), i)
    assert.strictEqual(table.getOrPut("user 77777", 5), 77_777)
    assert.strictEqual(table.size(), 100_000)
  })
})

describe("columns", () => {
  it("keep what was put in over their blocks", () => {
    const [words, numbers] = [wordColumn(), numberColumn()]
    for (let i = 0; i < 70_000; i++) {
      words.push(i)
      numbers.push(i * 1e6)
    }
    words.set(40_000, 4)
    assert.deepEqual(
      [words.at(40_000), words.at(69_999), numbers.at(69_999), words.length()],
      [4, 69_999, 69_999e6, 70_000],
    )
  })
})

describe("nameStore", () => {
  const name = fc.oneof(fc.fullUnicodeString({ minLength: 1 }), fc.hexaString({ minLength: 1, maxLength: 6 }))
  it.prop("sorts by code point, whether names are hex or not", [fc.uniqueArray(name, { maxLength: 40 })], ([names]) => {
    const store = nameStore()
    names.forEach(store.add)
    const points = (text: string) =>
      [...text].map((point) => (point.codePointAt(0) ?? 0).toString(16).padStart(6, "0")).join()
    const sorted = [...store.sorted(Uint32Array.from(names.keys()))].map((at) => names[at])
    assert.deepEqual(
      sorted,
      [...names].sort((a, b) => (points(a) < points(b) ? -1 : 1)),
    )
  })

  it("keeps names over its blocks", () => {
    const store = nameStore()
    const names = Array.from({ length: 30_000 }, (_, i) => `${"x".repeat(i % 90)} ${29_999 - i}`)
    names.forEach(store.add)
    const sorted = [...store.sorted(Uint32Array.from(names.keys()))].map((at) => names[at])
    assert.deepEqual(sorted, [...names].sort())
  })
})

describe("lowerWords", () => {
  it("parts where Python parts", () => {
    // "".join(map(chr, range(0x10000))).split() gives the same separators.
    assert.deepEqual(lowerWords(" A\u001cb\u0085C\u00a0d\u2003e\u3000F\n"), ["a", "b", "c", "d", "e", "f"])
    assert.deepEqual(lowerWords("x\u200by\ufeffz"), ["x\u200by\ufeffz"])
    assert.deepEqual(lowerWords("\t\r\n"), [])
  })
})

describe("frequentNgrams", () => {
  const rule = fc.record({ size: fc.integer({ min: 1, max: 3 }), limit: fc.integer({ min: 1, max: 4 }) })
  const corpus = fc.array(text, { maxLength: 25 })
  for (const by of ["occurrences", "texts"] as const) {
    it.prop(`finds what counting ${by} finds`, [corpus, rule], ([texts, { size, limit }]) => {
      const ngrams = texts.map((one) => {
        const words = lowerWords(one)
        const all = words.slice(size - 1).map((_, i) => words.slice(i, i + size).join(" "))
        return by === "texts" ? [...new Set(all)] : all
      })
      const counts = new Map<string, number>()
      for (const ngram of ngrams.flat()) counts.set(ngram, (counts.get(ngram) ?? 0) + 1)
      const frequent = frequentNgrams({ size, limit, by })
      texts.forEach(frequent.count)
      const looked = texts.map(frequent.countExactly)
      const expected = ngrams.map((own) => own.some((ngram) => (counts.get(ngram) ?? 0) > limit))
      assert.deepEqual(texts.map(frequent.isIn), expected)
      if (expected.some((one) => one)) assert.isTrue(frequent.possible())
      expected.forEach((found, i) => assert.isTrue(!found || looked[i]))
    })
  }

  it("counts beyond a byte", () => {
    const frequent = frequentNgrams({ size: 2, limit: 300, by: "occurrences" })
    const [often, less] = ["a b ".repeat(301), "c d ".repeat(300)]
    for (const one of [often, less]) frequent.count(one)
    for (const one of [often, less]) frequent.countExactly(one)
    assert.deepEqual([frequent.isIn("a b"), frequent.isIn("c d"), frequent.isIn("d c")], [true, false, false])
  })
})

describe("taskOverlap", () => {
  it("finds runs of words whatever stands between them", () => {
    const overlap = taskOverlap(4)
    overlap.add("Write a short, polite letter to my landlord!")
    assert.strictEqual(overlap.runs(), 5)
    assert.isTrue(overlap.isIn("please: WRITE A SHORT polite note"))
    assert.isFalse(overlap.isIn("write a polite short letter"))
    assert.isFalse(overlap.isIn("write a short"))
  })
})

describe("uniqueIds", () => {
  it.prop(
    "names every row once, the first by its own id",
    [fc.array(fc.constantFrom("a", "b", "a#2", "a#1"))],
    ([ids]) => {
      const made = ids.map(uniqueIds())
      assert.strictEqual(new Set(made).size, made.length)
    },
  )

  it("marks repeats, and nothing else, by #2 and on", () => {
    assert.deepEqual(["a", "a", "b", "a", "a#2"].map(uniqueIds()), ["a", "a#2", "b", "a#3", "a#2#1"])
  })
})

describe("lines of a corpus", () => {
  const message = fc.record({
    role: fc.constantFrom("user" as const, "assistant" as const),
    content: fc.fullUnicodeString(),
  })
  const conversation = fc.record({
    id: fc.string({ minLength: 1 }),
    user: fc.fullUnicodeString({ minLength: 1 }),
    messages: fc.array(message, { maxLength: 4 }),
  })
  it.prop(
    "give what the rules look at, whatever the texts hold",
    [conversation, fc.constantFrom(undefined, null, "Malta")],
    (args) => {
      const [{ messages, ...rest }, country] = args
      const line = Buffer.from(
        corpusLine(
          { ...rest, messages, ...(country === undefined ? {} : { country }), session: '","messages":[' },
          rest.id,
        ),
      )
      const opening = messages.find(({ role }) => role === "user")?.content ?? ""
      assert.deepInclude(lineHead(line), { ...rest, country, opening, session: '","messages":[', unusable: false })
      assert.strictEqual(lineOpening(line), opening)
      assert.deepEqual(
        lineTexts(line),
        messages.map(({ content }) => content),
      )
      assert.isTrue(lineHead(Buffer.from(corpusLine({ ...rest, messages }, "x", "bad"))).unusable)
    },
  )

  it.prop(
    "are the same however their bytes are cut",
    [fc.array(fc.string()), fc.integer({ min: 1, max: 9 })],
    ([lines, size]) => {
      const bytes = Buffer.from(lines.map((line) => line.replaceAll("\n", "")).join("\n"))
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      const read = Stream.runCollect(
        Stream.map(byteLines(Stream.fromIterable(pieces)), (some) => [...some].map(String)),
      )
      assert.deepEqual(
        Chunk.toArray(Effect.runSync(read)).flat(),
        bytes
          .toString()
          .split("\n")
          .filter((line) => line !== ""),
      )
    },
  )
})
