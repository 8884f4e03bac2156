import { FastCheck as fc } from "effect"
import { assert, describe, it } from "vitest"
import { Experiment, Grid, InvalidExperiment } from "../../src/index.ts"
import { Assistant, Corpus, Simulator, file } from "./fixtures.ts"

const simulator = Simulator({ corpus: Corpus({ file }), recipe: { rate: 0.1 } })
const cell = ({ seed }: { readonly seed: number }) => Assistant({ simulator, seed })

describe("Grid", () => {
  it("labels cells by axis, in declared order", () => {
    const grid = Grid.make({ axes: { simulator: { sft: simulator }, seed: [1, 2] }, experiment: cell })
    assert.deepEqual(
      grid.cells.map(({ key }) => key),
      ["simulator=sft,seed=1", "simulator=sft,seed=2"],
    )
    assert.strictEqual(grid.cells[0]?.point.simulator, simulator)
  })

  it("gives steps short labels, of the axes that vary", () => {
    const axes = { simulator: { sft: simulator }, seed: [1, 2] }
    const grid = Grid.make({ axes, experiment: cell })
    assert.deepEqual(Object.keys(Grid.steps(grid)), ["1", "2"])
    const one = Grid.make({ axes: { ...axes, seed: [1] }, experiment: cell })
    assert.deepEqual(Object.keys(Grid.steps(one)), ["simulator=sft,seed=1"])
  })

  it("is the product of its axes, filtered by where", () => {
    const axis = fc.uniqueArray(fc.nat(50), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(axis, axis, fc.nat(50), (seed, size, bound) => {
        const kept = seed.flatMap((s) => size.filter((z) => s + z >= bound).map((z) => `seed=${s},size=${z}`))
        fc.pre(kept.length > 0)
        const where = (p: { readonly seed: number; readonly size: number }) => p.seed + p.size >= bound
        const grid = Grid.make({ axes: { seed, size }, where, experiment: cell })
        assert.deepEqual(
          grid.cells.map(({ key }) => key),
          kept,
        )
      }),
    )
  })

  it("refuses empty axes, repeated values and filters that leave nothing", () => {
    const make = (seed: ReadonlyArray<number>) => () => Grid.make({ axes: { seed }, experiment: cell })
    assert.throws(make([]), InvalidExperiment, /axis seed: it has no values/)
    assert.throws(make([1, 1]), InvalidExperiment, /the value 1 stands twice/)
    const none = () => Grid.make({ axes: { seed: [1] }, where: () => false, experiment: cell })
    assert.throws(none, InvalidExperiment, /leaves no cells/)
  })
})

describe("Experiment", () => {
  const main = Grid.make({ axes: { seed: [1, 2] }, experiment: cell })

  it("gives collect every grid and keys cells by grid", () => {
    const experiment = Experiment.make("two", {
      grids: { main, again: main },
      collect: (grids) => grids.main.cells.map((c) => Assistant({ simulator, seed: c.point.seed + 10 })),
    })
    assert.deepEqual(
      Experiment.cells(experiment).map(({ key }) => key),
      ["main/seed=1", "main/seed=2", "again/seed=1", "again/seed=2"],
    )
    assert.strictEqual(experiment.collected.length, 2)
  })

  it("refuses a name that can't name a folder, and a budget of nothing", () => {
    assert.throws(() => Experiment.make("My Study", { grids: { main } }), InvalidExperiment, /a-z, 0-9 and -/)
    assert.throws(() => Experiment.make("x", { grids: { main }, limits: { usd: 0 } }), InvalidExperiment, /limits.usd/)
  })
})
