import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import type { Assignment } from "../../../../layers/generation/corpus/assignment.ts"
import { Fate, preparation } from "../../../../layers/generation/corpus/Preparation.ts"
import type { PreparedRow } from "../../../../layers/generation/corpus/Preparation.ts"
import { presetNames, rulesOf } from "../../../../layers/generation/corpus/presets.ts"
import type { PresetName } from "../../../../layers/generation/corpus/presets.ts"

const shares = { simulator: 0.4, assistant: 0.3, validation: 0.1, test: 0.2 }
const parts = ["simulator", "assistant", "validation", "test"] as const

interface Given {
  readonly preset?: PresetName
  readonly limit?: number
  readonly seed?: number
  readonly heldOut?: ReadonlyArray<string>
  readonly overlaps?: ReadonlyArray<string>
}

const assign = (rows: ReadonlyArray<PreparedRow>, given: Given = {}): Assignment => {
  const { preset = "default", limit = 100, seed = 0, heldOut = [], overlaps = [] } = given
  const rules = rulesOf(preset, { languages: ["English"], ngram: { size: 3, limit }, shares, seed })
  const prepared = preparation(rules, { heldOut: (id) => heldOut.includes(id) })
  for (const row of rows) prepared.add(row, overlaps.includes(row.id))
  if (prepared.again()) {
    for (const pass of [prepared.countExactly, prepared.decide])
      for (const row of prepared.wanted()) pass(row, rows[row]?.opening ?? "")
  }
  return prepared.assign()
}

const row = (i: number, fields: Partial<PreparedRow> = {}): PreparedRow => ({
  id: `c${i}`,
  user: `u${i % 7}`,
  country: i % 3 === 0 ? "Malta" : "Kenya",
  language: "English",
  session: `c${i}`,
  opening: `question ${i} is this`,
  ...fields,
})

const corpus = fc
  .array(
    fc.record({
      user: fc.integer({ min: 0, max: 12 }),
      language: fc.constantFrom("English", "english", "French", undefined),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drawn) => drawn.map(({ user, language }, i) => row(i, { user: `u${user}`, language })))

const usersOf = (rows: ReadonlyArray<PreparedRow>, part: { readonly rows: Uint32Array }) =>
  new Set([...part.rows].map((at) => rows[at]?.user))

describe("a split", () => {
  for (const preset of presetNames) {
    it.prop(`by ${preset} loses nobody, and has every row once`, [corpus], ([rows]) => {
      const made = assign(rows, { preset })
      const distinct =
        made.parts.assistant === made.parts.simulator ? parts.filter((part) => part !== "assistant") : parts
      const placed = distinct.flatMap((part) => [...made.parts[part].rows]).sort((a, b) => a - b)
      assert.deepEqual(
        placed,
        [...rows.keys()].filter((at) => made.fate(at) === Fate.kept),
      )
      const dropped = Object.values(made.dropped).reduce((sum, count) => sum + count, 0)
      assert.strictEqual(placed.length + dropped, rows.length)
      // By the paper's repository an address in two countries is two users.
      const named = preset === "lab" ? rows.map((one) => ({ ...one, user: `${one.user} ${one.country}` })) : rows
      for (const part of parts) assert.strictEqual(made.parts[part].users, usersOf(named, made.parts[part]).size)
    })
  }

  it.prop("keeps users apart, and fills each part where there are four", [corpus, fc.nat()], ([rows, seed]) => {
    const made = assign(rows, { seed })
    const users = parts.map((part) => usersOf(rows, made.parts[part]))
    const all = users.flatMap((some) => [...some])
    assert.strictEqual(new Set(all).size, all.length)
    if (all.length >= 4) assert.isTrue(users.every(({ size }) => size > 0))
  })

  it.prop("depends on the seed and on who wrote, not on the order of the rows", [corpus, fc.nat()], ([rows, seed]) => {
    const ids = (order: ReadonlyArray<PreparedRow>) => {
      const made = assign(order, { seed })
      return parts.map((part) => [...made.parts[part].rows].map((at) => order[at]?.id).sort())
    }
    assert.deepEqual(ids(rows), ids([...rows].reverse()))
  })

  it("comes near its shares", () => {
    const rows = Array.from({ length: 4000 }, (_, i) => row(i, { user: `u${i % 900}` }))
    const made = assign(rows)
    for (const part of parts) assert.closeTo(made.parts[part].rows.length / rows.length, shares[part], 0.01)
    const other = assign(rows, { seed: 1 })
    assert.notDeepEqual([...other.parts.test.rows], [...made.parts.test.rows])
  })

  it("drops repeats and languages, and passes rows without a label, by the default", () => {
    const rows = [row(0), row(1, { id: "c0#2" }), row(2, { language: "ENGLISH" }), row(3, { language: "French" })]
    const made = assign([...rows, row(4, { language: undefined })])
    assert.deepEqual([0, 1, 2, 3, 4].map(made.fate), [Fate.kept, Fate.repeated, Fate.kept, Fate.language, Fate.kept])
    assert.strictEqual(made.found.unlabelled, 1)
    const lab = assign(rows, { preset: "lab" })
    assert.deepEqual([0, 1, 2, 3].map(lab.fate), [Fate.kept, Fate.kept, Fate.language, Fate.language])
  })

  it("counts a conversation once for what it repeats itself, but not by the paper's presets", () => {
    const rows = [
      row(0, { opening: "very very very very very good" }),
      ...Array.from({ length: 9 }, (_, i) => row(i + 1)),
    ]
    assert.strictEqual(assign(rows, { limit: 2 }).dropped.ngram, 0)
    assert.strictEqual(assign(rows, { limit: 2, preset: "rel" }).dropped.ngram, 1)
    const template = rows.map((one, i) => ({ ...one, opening: i < 3 ? "act as a pirate" : one.opening }))
    assert.strictEqual(assign(template, { limit: 2 }).dropped.ngram, 3)
    assert.strictEqual(assign(template, { limit: 3 }).dropped.ngram, 0)
  })

  it("puts users of evaluation sessions into test, whole", () => {
    const rows = Array.from({ length: 40 }, (_, i) => row(i))
    const made = assign(rows, { heldOut: ["c3", "nowhere"] })
    assert.isTrue(usersOf(rows, made.parts.test).has("u3"))
    assert.deepInclude(made.found, { sessions: 1, heldOutRows: rows.filter(({ user }) => user === "u3").length })
    const lab = assign(rows, { preset: "lab", heldOut: ["c3"] })
    assert.strictEqual(lab.parts.test.rows.at(-1), 3)
    assert.strictEqual(lab.found.heldOutRows, 1)
  })

  it("does not train on what shares words with an evaluation task", () => {
    const rows = Array.from({ length: 40 }, (_, i) => row(i))
    const made = assign(rows, { overlaps: rows.map(({ id }) => id).filter((id) => id.endsWith("5")) })
    const inTest = [...made.parts.test.rows].filter((at) => rows[at]?.id.endsWith("5")).length
    assert.deepEqual([made.dropped.overlap, made.found.overlapsInTest], [4 - inTest, inTest])
    for (const part of ["simulator", "assistant", "validation"] as const)
      assert.isFalse([...made.parts[part].rows].some((at) => rows[at]?.id.endsWith("5")))
  })

  it("draws rows that can't be used as the source does, and puts them nowhere", () => {
    const rows = Array.from({ length: 60 }, (_, i) => row(i, { user: `u${i % 30}` }))
    const bad = rows.map((one, i) => (i % 9 === 0 ? { ...one, unusable: true } : one))
    for (const preset of ["lab", "rel"] as const) {
      const [whole, without] = [assign(rows, { preset }), assign(bad, { preset })]
      for (const part of parts)
        assert.deepEqual(
          [...without.parts[part].rows],
          [...whole.parts[part].rows].filter((at) => at % 9 !== 0),
        )
      assert.strictEqual(without.found.drawnUnusable, 7)
    }
    assert.strictEqual(assign(bad).dropped.unusable, 7)
  })
})
