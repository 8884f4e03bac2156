import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc, Schema } from "effect"
import {
  paper,
  personaList,
  personaOf,
  personasName,
  plain,
  withVerbosity,
} from "../../../layers/generation/personas.ts"
import { Personas } from "../../../src/domain/Persona.ts"
import type { Persona } from "../../../src/domain/Persona.ts"

const mixtureOf = (weights: ReadonlyArray<number>, name = "p"): ReadonlyArray<Persona> =>
  weights.map((weight, i) => ({ name: `${name}${i}`, description: `${name} number ${i}`, rules: [], weight }))

const asPersonas = Schema.validateSync(Personas)
const weights = fc.array(fc.double({ min: 0.1, max: 10, noNaN: true }), { minLength: 1, maxLength: 5 })
const prompts = Array.from({ length: 2000 }, (_, i) => `prompt ${i}`)

describe("a mixture of personas", () => {
  it("is drawn from by weight", () => {
    fc.assert(
      fc.property(weights, fc.nat(), (shares, seed) => {
        const mixture = asPersonas(mixtureOf(shares))
        const drawn = prompts.map((prompt) => personaOf(mixture, seed, prompt).name)
        const total = shares.reduce((sum, share) => sum + share, 0)
        shares.forEach((share, i) => {
          const expected = share / total
          const found = drawn.filter((name) => name === `p${i}`).length / prompts.length
          // Five standard errors.
          assert.closeTo(found, expected, 5 * Math.sqrt((expected * (1 - expected)) / prompts.length) + 1e-9)
        })
      }),
      { numRuns: 15, seed: 1 },
    )
  })

  it("gives a prompt one persona, the same in arms whose personas have other names and words", () => {
    fc.assert(
      fc.property(weights, fc.nat(), fc.string(), (shares, seed, prompt) => {
        const drawn = personaOf(asPersonas(mixtureOf(shares)), seed, prompt)
        assert.deepStrictEqual(personaOf(asPersonas(mixtureOf(shares)), seed, prompt), drawn)
        const other = personaOf(asPersonas(mixtureOf(shares, "other ")), seed, prompt)
        assert.strictEqual(other.name.replace("other ", "p"), drawn.name)
        // Doubling every weight changes nothing.
        const doubled = personaOf(asPersonas(mixtureOf(shares.map((share) => share * 2))), seed, prompt)
        assert.strictEqual(doubled.name, drawn.name)
      }),
    )
  })

  it("is drawn anew for each prompt and replicate, and one alone is always taken", () => {
    const names = new Set(prompts.slice(0, 100).map((prompt) => personaOf(paper, 1, prompt).name))
    assert.deepStrictEqual([...names].sort(), ["auxiliary", "default", "impatient", "typo"])
    const replicates = new Set(prompts.slice(0, 100).map((_, seed) => personaOf(paper, seed, "prompt").name))
    assert.strictEqual(replicates.size, 4)
    assert.strictEqual(personaOf(plain, 7, "prompt"), plain)
  })

  it("refuses weights of nothing and below, and a mixture of none", () => {
    for (const weight of [0, -1]) assert.throws(() => asPersonas(mixtureOf([1, weight])))
    assert.throws(() => asPersonas([]))
  })
})

describe("personas", () => {
  it("are named together, and say less or more under another name", () => {
    assert.strictEqual(personasName(paper), "default + impatient + typo + auxiliary")
    assert.strictEqual(personasName(plain), "plain")
    assert.deepStrictEqual(personaList(plain), [plain])
    const terse = withVerbosity(paper[0], "terse")
    assert.strictEqual(terse.name, "default-terse")
    assert.deepStrictEqual(terse.rules.slice(0, -1), paper[0].rules)
    assert.notDeepEqual(withVerbosity(paper[0], "chatty").rules, terse.rules)
  })
})
