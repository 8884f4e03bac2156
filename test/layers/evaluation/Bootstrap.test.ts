import { assert, describe, it } from "@effect/vitest"
import { FastCheck as fc } from "effect"
import {
  bootstrapClusteredMean,
  bootstrapClusteredMeans,
  bootstrapMean,
  differences,
  pairedDifference,
} from "../../../layers/evaluation/Bootstrap.ts"
import { resamples } from "../../../layers/evaluation/resamples.ts"
import { bootstrap } from "../../../layers/evaluation/statistics/Resampling.ts"
import { randomFrom } from "../../../src/domain/Seed.ts"

const quick = { resamples: 300 }
const number = fc.double({ min: -5, max: 5, noNaN: true })
const values = fc.array(number, { minLength: 2, maxLength: 30 })
const near = (a: number | null, b: number | null, by = 1e-9) => assert.closeTo(a ?? Number.NaN, b ?? Number.NaN, by)

describe("bootstrapMean", () => {
  it("agrees with SciPy's percentile interval on 60 rewards", () => {
    // scipy.stats.bootstrap, 100,000 resamples: 0.56443, 0.65377, standard error 0.02279
    const rewards = [
      0.61, 0.56, 0.49, 0.39, 0.76, 0.77, 0.82, 0.95, 0.6, 0.59, 0.62, 0.43, 0.77, 0.72, 0.24, 0.85, 0.73, 0.67, 0.66,
      0.39, 0.74, 0.77, 0.5, 0.52, 0.62, 0.53, 0.8, 0.47, 0.82, 0.72, 0.79, 0.61, 0.77, 0.7, 0.67, 0.65, 0.69, 0.21,
      0.41, 1, 0.46, 0.62, 0.35, 0.24, 0.45, 0.44, 0.58, 0.62, 0.74, 0.46, 0.59, 0.38, 0.46, 0.6, 0.79, 0.7, 0.28, 0.53,
      0.82, 0.85,
    ]
    const interval = bootstrapMean(rewards)
    near(interval?.mean ?? null, 0.6095)
    near(interval?.low ?? null, 0.56443, 0.0028)
    near(interval?.high ?? null, 0.65377, 0.0028)
    near(interval?.standardError ?? null, 0.02279, 0.0008)
  })

  it.prop(
    "lies within the values, is repeatable, and moves and scales with them",
    [values, number],
    ([data, shift]) => {
      const one = bootstrapMean(data, quick)!
      assert.isAtLeast(one.low!, Math.min(...data) - 1e-9)
      assert.isAtMost(one.high!, Math.max(...data) + 1e-9)
      assert.isAtMost(one.low!, one.high!)
      assert.deepStrictEqual(bootstrapMean(data, quick), one)
      const moved = bootstrapMean(
        data.map((value) => 2 * value + shift),
        quick,
      )!
      near(moved.low, 2 * one.low! + shift, 1e-6)
      near(moved.standardError, 2 * one.standardError!, 1e-6)
    },
  )

  it.prop("is wider for more confidence", [values], ([data]) => {
    const [wide, narrow] = [bootstrapMean(data, quick)!, bootstrapMean(data, { ...quick, confidence: 0.5 })!]
    assert.isTrue(wide.low! <= narrow.low! && narrow.high! <= wide.high!)
  })

  it("says nothing of nothing, and gives one observation no interval", () => {
    assert.isNull(bootstrapMean([]))
    assert.deepInclude(bootstrapMean([0.4]), { mean: 0.4, low: null, high: null, standardError: null, n: 1 })
  })
})

describe("bootstrapClusteredMean", () => {
  it.prop("is the plain bootstrap where every value has a cluster of its own", [values], ([data]) => {
    const own = data.map((value, i) => ({ cluster: `${i}`, value }))
    assert.deepStrictEqual(bootstrapClusteredMean(own, quick), bootstrapMean(data, quick))
  })

  it.prop(
    "gains nothing from repeating the values of each cluster",
    [values, fc.integer({ min: 2, max: 4 })],
    (args) => {
      const [data, times] = args
      const rows = data.map((value, i) => ({ cluster: `${i}`, value }))
      const repeated = bootstrapClusteredMean(
        rows.flatMap((row) => Array.from({ length: times }, () => row)),
        quick,
      )!
      const once = bootstrapClusteredMean(rows, quick)!
      near(repeated.low, once.low)
      near(repeated.high, once.high)
      assert.strictEqual(repeated.n, times * data.length)
      assert.strictEqual(repeated.clusters, data.length)
    },
  )
})

describe("bootstrapClusteredMeans", () => {
  it.prop(
    "gives each list the interval that it has alone, whatever it shares draws with",
    [fc.array(values)],
    ([lists]) => {
      const rows = [[], [1], ...lists].map((data) => data.map((value, i) => ({ cluster: `${i}`, value })))
      assert.deepStrictEqual(
        bootstrapClusteredMeans(rows, quick),
        rows.map((row) => bootstrapClusteredMean(row, quick)),
      )
    },
  )
})

describe("resamples", () => {
  const all = (size: number, seed: number, most?: number) =>
    Array.from(resamples(size, 20, seed, most), (drawn) => [...drawn])

  it.prop("are the same whether they are kept or drawn one by one", [fc.nat(40), fc.nat(9)], ([size, seed]) => {
    assert.deepStrictEqual(all(size, seed, 0), all(size, seed))
  })

  it("that are too many to be kept give the same intervals, and leave no memory taken", () => {
    const { next } = randomFrom(1)
    const many = Array.from({ length: 6000 }, next)
    const options = { resamples: 3000 }
    const before = process.memoryUsage().arrayBuffers
    const found = bootstrapMean(many, options)
    // All draws would be 72 megabytes.
    assert.isBelow(process.memoryUsage().arrayBuffers - before, 10e6)
    const one = bootstrap(many, (sample) => sample.reduce((sum, value) => sum + value, 0) / sample.length, options)
    assert.deepStrictEqual([found?.low, found?.high], [one?.low, one?.high])
  })
})

describe("pairedDifference", () => {
  const paired = fc.array(
    fc.record({ prompt: fc.integer({ min: 0, max: 20 }).map(String), cluster: fc.constant("u"), value: number }),
    { minLength: 1, maxLength: 30 },
  )
  const apart = (rows: ReadonlyArray<{ readonly prompt: string; readonly value: number }>) =>
    rows.map((row) => ({ ...row, cluster: row.prompt }))

  it.prop("finds a constant gain exactly, however much prompts differ", [paired, number], ([rows, gain]) => {
    const control = apart(rows)
    const found = pairedDifference(
      control.map((row) => ({ ...row, value: row.value + gain })),
      control,
      quick,
    )!
    near(found.mean, gain)
    if (found.clusters > 1) near(found.low, gain)
  })

  it.prop("changes its sign when the sides are exchanged", [paired, paired], ([a, b]) => {
    const sum = (rows: ReadonlyArray<{ readonly value: number }>) => rows.reduce((all, { value }) => all + value, 0)
    near(sum(differences(apart(a), apart(b))), -sum(differences(apart(b), apart(a))))
  })

  it("uses only prompts that both sides have", () => {
    const at = (prompt: string, value: number) => ({ prompt, cluster: prompt, value })
    const found = pairedDifference([at("a", 1), at("a", 0), at("b", 1)], [at("a", 0.25), at("c", 0)])
    assert.deepInclude(found, { mean: 0.25, n: 1 })
    assert.isNull(pairedDifference([at("a", 1)], [at("b", 1)]))
  })
})
