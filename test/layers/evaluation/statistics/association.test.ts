import { describe, expect, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import { cohenKappa, fleissKappa } from "../../../../layers/evaluation/statistics/agreement.ts"
import { kendall, pearson, spearman } from "../../../../layers/evaluation/statistics/correlation.ts"
import { jensenShannon, smoothedJensenShannon } from "../../../../layers/evaluation/statistics/jensenShannon.ts"
import { krippendorffAlpha } from "../../../../layers/evaluation/statistics/krippendorffAlpha.ts"

const pairs = fc.array(fc.tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -20, max: 20 })), {
  minLength: 2,
  maxLength: 20,
})
const columns = (rows: ReadonlyArray<readonly [number, number]>) =>
  [rows.map(([x]) => x), rows.map(([, y]) => y)] as const

describe("correlations", () => {
  it("lie between -1 and 1, are symmetric, and turn with the sign", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [x, y] = columns(rows)
        for (const of of [pearson, spearman, kendall]) {
          const found = of(x, y)
          if (found === null) continue
          expect(Math.abs(found.r)).toBeLessThanOrEqual(1)
          expect(of(y, x)!.r).toBeCloseTo(found.r, 12)
          const turned = of(
            x,
            y.map((value) => -value),
          )!
          expect(turned.r).toBeCloseTo(-found.r, 12)
          if (found.pValue !== null) {
            expect(found.pValue).toBeGreaterThanOrEqual(0)
            expect(found.pValue).toBeLessThanOrEqual(1)
            expect(turned.pValue).toBeCloseTo(found.pValue, 9)
          }
        }
      }),
    )
  })

  it("of ranks see the order only", () => {
    fc.assert(
      fc.property(pairs, (rows) => {
        const [x, y] = columns(rows)
        const grown = y.map((value) => Math.exp(value / 5))
        expect(spearman(x, grown)?.r).toBe(spearman(x, y)?.r)
        expect(kendall(x, grown)).toEqual(kendall(x, y))
      }),
    )
  })

  it("are missing for constants, say nothing of two pairs, and refuse lists that don't pair", () => {
    expect([pearson([1, 1], [1, 2]), spearman([1, 2], [3, 3]), kendall([1], [1])]).toEqual([null, null, null])
    expect([pearson([1, 2], [1, 2]), kendall([1, 2], [1, 2])]).toEqual([
      { r: expect.closeTo(1, 12), pValue: null, n: 2 },
      { r: 1, pValue: null, n: 2 },
    ])
    expect(() => pearson([1], [1, 2])).toThrow("pairs")
  })

  it("give Kendall's exact p-value for many values too, where one pair is out of order", () => {
    const x = Array.from({ length: 40 }, (_, i) => i)
    expect(kendall(x, [1, 0, ...x.slice(2)])!.pValue).toBeLessThan(1e-40)
    expect(kendall(x, [5, 0, ...x.slice(1, 5), ...x.slice(6)])!.pValue).toBeGreaterThan(1e-40)
  })
})

describe("agreement", () => {
  const label = fc.constantFrom("a", "b", "c")
  const rated = fc.array(fc.tuple(label, label), { minLength: 1, maxLength: 30 })

  it("of two raters is symmetric, at most 1, and blind to names", () => {
    fc.assert(
      fc.property(rated, (rows) => {
        const [a, b] = [rows.map(([x]) => x), rows.map(([, y]) => y)]
        const kappa = cohenKappa(a, b)
        expect(cohenKappa(b, a)).toEqual(kappa === null ? null : expect.closeTo(kappa, 12))
        if (kappa !== null) expect(kappa).toBeLessThanOrEqual(1)
        const renamed = (labels: ReadonlyArray<string>) =>
          labels.map((name) => ({ a: "z", b: "k", c: "m" })[name] ?? "")
        expect(cohenKappa(renamed(a), renamed(b))).toEqual(kappa === null ? null : expect.closeTo(kappa, 12))
      }),
    )
  })

  it("weighted by distance is Cohen's own for two labels", () => {
    const [a, b] = [
      [1, 1, 2, 2, 1],
      [1, 2, 2, 2, 1],
    ]
    for (const weights of ["linear", "quadratic"] as const)
      expect(cohenKappa(a, b, weights)).toBeCloseTo(cohenKappa(a, b)!, 12)
  })

  it("is 1 where all agree on more than one label, and missing where there is only one", () => {
    const same = [
      [1, 1, 1],
      [2, 2, 2],
    ]
    expect(fleissKappa(same)).toBe(1)
    const byRater = [
      [1, 2],
      [1, 2],
      [1, null],
    ]
    for (const level of ["nominal", "ordinal", "interval", "ratio"] as const)
      expect(krippendorffAlpha(byRater, level)).toBe(1)
    expect([
      fleissKappa([[1, 1]]),
      cohenKappa([1, 1], [1, 1]),
      krippendorffAlpha(
        [
          [1, 1],
          [1, 1],
        ],
        "nominal",
      ),
    ]).toEqual([null, null, null])
    expect([
      fleissKappa([[1]]),
      fleissKappa([]),
      krippendorffAlpha([[1, 2]], "nominal"),
      krippendorffAlpha([], "ratio"),
    ]).toEqual([null, null, null, null])
    expect(() => fleissKappa([[1, 2], [1]])).toThrow("as many ratings")
    expect(() => cohenKappa([1], [1, 2])).toThrow("same items")
  })

  it("does not see ratings of items that nobody else rated", () => {
    const full = [
      [1, 2, 3, 3],
      [1, 2, 3, 2],
    ]
    const more = [
      [1, 2, 3, 3, 9, null],
      [1, 2, 3, 2, null, 7],
    ]
    expect(krippendorffAlpha(more, "interval")).toBe(krippendorffAlpha(full, "interval"))
  })
})

describe("jensenShannon", () => {
  const counts = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  )

  it("is a bounded, symmetric distance of shares", () => {
    fc.assert(
      fc.property(counts, (rows) => {
        const [p, q, r] = [rows.map(([a]) => a), rows.map(([, b]) => b), rows.map(([, , c]) => c)]
        const found = jensenShannon(p, q)
        const empty = [p, q].some((vector) => vector.every((value) => value === 0))
        expect(found === null).toBe(empty)
        if (found === null) return
        expect(found.bits).toBeLessThanOrEqual(1)
        expect(jensenShannon(q, p)!.nats).toBeCloseTo(found.nats, 14)
        expect(
          jensenShannon(
            p.map((value) => 3 * value),
            q,
          )!.nats,
        ).toBeCloseTo(found.nats, 14)
        expect(jensenShannon(p, p)!.nats).toBeLessThan(1e-15)
        expect(smoothedJensenShannon(p, q)!.nats).toBeCloseTo(found.nats, 6)
        const [over, on] = [jensenShannon(p, r), jensenShannon(r, q)]
        if (over !== null && on !== null)
          expect(found.distance).toBeLessThanOrEqual(over.distance + on.distance + 1e-12)
      }),
    )
  })

  it("refuses what is no distribution", () => {
    expect(() => jensenShannon([1], [1, 2])).toThrow("categories")
    expect(() => jensenShannon([-1, 2], [1, 2])).toThrow("negative")
    expect(() => jensenShannon([Number.NaN, 2], [1, 2])).toThrow("missing")
  })
})
