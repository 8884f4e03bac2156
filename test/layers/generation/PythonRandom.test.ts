import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { pythonRandom } from "../../../layers/generation/PythonRandom.ts"
import { EmptyDraw } from "../../../src/domain/Seed.ts"

describe("pythonRandom", () => {
  it("draws what CPython 3.12 draws", () => {
    const random = pythonRandom("understudy")
    expect(random.shuffle([1, 2, 3, 4, 5, 6])).toEqual([5, 6, 1, 2, 4, 3])
    expect(random.sample([..."abcdefghijklmnopqrstuvwxyz".repeat(40)], 7).join("")).toBe("ftyffxk")
    expect(random.randrange(20, 0, -3)).toBe(5)
    expect(random.randint(0, 2 ** 40)).toBe(292282100665)
    expect(random.uniform(-1, 1)).toBe(-0.08370781414567774)
  })

  it("takes a negative seed by its absolute value, and numbers of any size", () => {
    expect(pythonRandom(-7).random()).toBe(pythonRandom(7n).random())
    expect(pythonRandom(2n ** 64n + 7n).random()).not.toBe(pythonRandom(7).random())
  })

  it("stays inside its ranges", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 40 }), (seed, n) => {
        const drawn = pythonRandom(seed).randrange(0, n)
        expect(Number.isInteger(drawn) && drawn >= 0 && drawn < n).toBe(true)
      }),
    )
  })

  it("samples without repeats, from short and long lists", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(200), fc.nat(8), (seed, length, count) => {
        const items = Array.from({ length: length + count }, (_, i) => i)
        const drawn = pythonRandom(seed).sample(items, count)
        expect(new Set(drawn).size).toBe(count)
        expect(drawn.every((item) => items.includes(item))).toBe(true)
      }),
    )
  })

  it("refuses draws from nothing and samples beyond the source", () => {
    expect(() => pythonRandom(1).choice([])).toThrow(EmptyDraw)
    expect(() => pythonRandom(1).randrange(5, 5)).toThrow(EmptyDraw)
    expect(() => pythonRandom(1).sample([1, 2], 3)).toThrow("3 of 2")
  })
})
