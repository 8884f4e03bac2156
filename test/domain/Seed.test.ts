import { FastCheck as fc } from "effect"
import { describe, expect, it } from "vitest"
import { deriveSeed, EmptyDraw, randomFrom } from "../../src/domain/Seed.ts"

const parts = fc.array(fc.oneof(fc.integer(), fc.string()), { minLength: 1 })

describe("deriveSeed", () => {
  it("is a non-negative 31-bit integer and repeats", () => {
    fc.assert(
      fc.property(parts, (value) => {
        const seed = deriveSeed(value)
        expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31).toBe(true)
        expect(deriveSeed([...value])).toBe(seed)
      }),
    )
  })

  it("never shares a seed between the samples of a prompt, and uses the whole range", () => {
    const seeds = Array.from({ length: 2000 }, (_, sample) => deriveSeed([1, "rollout", "prompt", sample]))
    expect(new Set(seeds).size).toBe(2000)
    expect(Math.max(...seeds)).toBeGreaterThan(2 ** 31 * 0.99)
    expect(Math.min(...seeds)).toBeLessThan(2 ** 31 * 0.01)
  })

  it("separates parts and types", () => {
    expect(new Set([["ab"], ["a", "b"], ["a", "b", ""], [1], ["1"]].map(deriveSeed)).size).toBe(5)
  })

  it("stays as published: a change would make every journal miss", () => {
    expect(deriveSeed([1, "opening", "p-1", 0])).toBe(2120277647)
  })
})

describe("randomFrom", () => {
  it("repeats for equal seeds and differs for others", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, randomFrom(seed).next)
    expect(draw(7)).toEqual(draw(7))
    expect(draw(7)).not.toEqual(draw(8))
  })

  it("shuffles without losing items and leaves its input alone", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.integer()), (seed, items) => {
        const before = [...items]
        const shuffled = randomFrom(seed).shuffle(items)
        expect(items).toEqual(before)
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(before.toSorted((a, b) => a - b))
      }),
    )
  })

  it("draws integers evenly", () => {
    const random = randomFrom(3)
    const counts = [0, 0, 0, 0, 0]
    for (let i = 0; i < 50_000; i++) counts[random.int(5)]! += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(450)
  })

  it("chooses among the items and refuses an empty list", () => {
    const random = randomFrom(1)
    expect(new Set(Array.from({ length: 50 }, () => random.choice(["a", "b", undefined])))).toEqual(
      new Set(["a", "b", undefined]),
    )
    expect(() => random.choice([])).toThrow(EmptyDraw)
  })
})
