import { assert, describe, it } from "@effect/vitest"
import { Experiment, FileRef, Graph, Grid, InvalidInput } from "../../src/index.ts"
import { rewrite } from "../../src/durable/rewrite.ts"
import { Assistant, Corpus, file, Simulator } from "./fixtures.ts"

const corpus = Corpus({ file })
const simulator = Simulator({ corpus, recipe: { rate: 0.1 } })
const experiment = Experiment.make("rewritten", {
  grids: {
    main: Grid.make({ axes: { seed: [1, 2] }, experiment: ({ seed }) => Assistant({ simulator, seed }) }),
  },
  collect: () => [simulator],
})
const hashes = new Map([
  ["corpus.jsonl", "a".repeat(64)],
  ["other.jsonl", "b".repeat(64)],
])
const graph = (of: typeof experiment) =>
  Graph.make([...Experiment.cells(of).map(({ step }) => step), ...of.collected], hashes)
const ids = (of: typeof experiment) => graph(of).nodes.map(({ id }) => id)

describe("rewrite", () => {
  it("changes what is downstream of a changed input, and keeps shared steps shared", () => {
    const other = rewrite(experiment, ({ stage, input }) =>
      stage.name === "Corpus" ? { ...input, file: FileRef.make({ path: "other.jsonl" }) } : undefined,
    )
    assert.strictEqual(ids(other).length, ids(experiment).length)
    assert.isTrue(ids(other).every((id) => !ids(experiment).includes(id)))
    assert.strictEqual(graph(other).ids.size, 4)
  })

  it("changes nothing where nothing is changed", () => {
    assert.deepStrictEqual(ids(rewrite(experiment, () => undefined)), ids(experiment))
  })

  it("checks changed inputs as the stage does", () => {
    assert.throws(() => rewrite(experiment, ({ input }) => ({ ...input, seed: "one" })), InvalidInput)
  })
})
