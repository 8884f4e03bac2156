import { assert, describe, it } from "vitest"
import { compareRuns } from "../../workflows/compareRuns.ts"
import { differences } from "../../workflows/differences.ts"

describe("differences", () => {
  it("are named by path, a default by the absence of a side", () => {
    const before = { recipe: { rate: 0.1, epochs: 2 }, seed: 1, tags: ["a", "b"] }
    const after = { recipe: { rate: 0.2 }, seed: 1, tags: ["a", "c"], kl: 0 }
    assert.deepEqual(differences(before, after), [
      { path: "recipe.rate", before: 0.1, after: 0.2 },
      { path: "recipe.epochs", before: 2 },
      { path: "tags[1]", before: "b", after: "c" },
      { path: "kl", after: 0 },
    ])
  })

  it("in a list are only what is new or gone, wherever it stands", () => {
    const checks = [{ kind: "words", max: 6 }, { kind: "list" }]
    assert.deepEqual(differences({ checks }, { checks: [{ kind: "english" }, ...checks] }), [
      { path: "checks[0]", after: { kind: "english" } },
    ])
    assert.deepEqual(differences({ checks }, { checks: [{ kind: "list" }, { kind: "words", max: 8 }] }), [
      { path: "checks[0].max", before: 6, after: 8 },
    ])
  })

  it("of references are one, not one for each part", () => {
    assert.deepEqual(differences({ s: { $step: "S/v1-a" } }, { s: { $step: "S/v1-b" } }), [
      { path: "s", before: { $step: "S/v1-a" }, after: { $step: "S/v1-b" } },
    ])
    assert.deepEqual(differences({ s: { $step: "S/v1-a" } }, { s: { $step: "S/v1-a" } }), [])
  })
})

const step = (id: string, inputs: Readonly<Record<string, unknown>>, cells: ReadonlyArray<string> = []) => ({
  id,
  stage: id.split("/")[0] ?? "",
  cells,
  upstream: Object.values(inputs).flatMap((value) =>
    typeof value === "object" && value !== null && "$step" in value ? [String(value.$step)] : [],
  ),
  inputs,
})
const cell = (key: string) => ({ key, grid: "main", labels: {} })
const run = (keys: ReadonlyArray<string>, ...steps: ReadonlyArray<ReturnType<typeof step>>) => ({
  cells: keys.map(cell),
  steps,
})

describe("compareRuns", () => {
  it("names a changed input once, and not again in what follows from it", () => {
    const corpus = step("Corpus/v1-1", { file: { $file: "f" } }, ["a", "b"])
    const before = run(
      ["a", "b"],
      corpus,
      step("Train/v1-2", { corpus: { $step: "Corpus/v1-1" }, rate: 1, seed: 1 }, ["a"]),
      step("Train/v1-3", { corpus: { $step: "Corpus/v1-1" }, rate: 1, seed: 2 }, ["b"]),
      step("Score/v1-4", { of: { $step: "Train/v1-2" } }, ["a"]),
      step("Score/v1-5", { of: { $step: "Train/v1-3" } }, ["b"]),
    )
    const after = run(
      ["a", "b"],
      corpus,
      step("Train/v1-6", { corpus: { $step: "Corpus/v1-1" }, rate: 2, seed: 1 }, ["a"]),
      step("Train/v1-7", { corpus: { $step: "Corpus/v1-1" }, rate: 2, seed: 2 }, ["b"]),
      step("Score/v1-8", { of: { $step: "Train/v1-6" } }, ["a"]),
      step("Score/v1-9", { of: { $step: "Train/v1-7" } }, ["b"]),
    )
    const { shared, changes, onlyAfter, onlyBefore } = compareRuns(before, after)
    assert.deepEqual(shared, ["Corpus/v1-1"])
    assert.strictEqual(onlyBefore.length, 4)
    assert.deepEqual(
      onlyAfter.map(({ id, before: partner }) => `${partner} -> ${id}`),
      ["Train/v1-2 -> Train/v1-6", "Train/v1-3 -> Train/v1-7", "Score/v1-4 -> Score/v1-8", "Score/v1-5 -> Score/v1-9"],
    )
    const steps = [
      { before: "Train/v1-2", after: "Train/v1-6" },
      { before: "Train/v1-3", after: "Train/v1-7" },
    ]
    assert.deepEqual(changes, [{ stage: "Train", path: "rate", before: 1, after: 2, steps }])
  })

  it("pairs by the fewest differences where cells don't tell", () => {
    const before = run([], step("E/v1-1", { prompts: 8, persona: "x" }), step("E/v1-2", { prompts: 8, persona: "y" }))
    const after = run([], step("E/v1-3", { prompts: 9, persona: "y" }), step("E/v1-4", { prompts: 9, persona: "x" }))
    assert.deepEqual(
      compareRuns(before, after).onlyAfter.map((one) => one.before),
      ["E/v1-2", "E/v1-1"],
    )
  })

  it("pairs a further arm with the shared step that it varies, not with what has gone", () => {
    const [kept, gone] = [step("T/v1-1", { user: "a", credit: 1, seed: 1 }), step("T/v1-2", { user: "b", seed: 1 })]
    const before = run([], kept, gone)
    const after = run([], kept, step("T/v1-3", { user: "a", credit: 2, seed: 1 }))
    const { changes, onlyBefore } = compareRuns(before, after)
    const steps = [{ before: "T/v1-1", after: "T/v1-3" }]
    assert.deepEqual(changes, [{ stage: "T", path: "credit", before: 1, after: 2, steps }])
    assert.deepEqual(onlyBefore, [gone])
  })

  it("tells steps and cells that one side alone has", () => {
    const both = step("A/v1-1", { seed: 1 }, ["a"])
    const more = compareRuns(run(["a"], both), run(["a", "b"], both, step("A/v1-2", { seed: 2 }, ["b"])))
    assert.deepEqual(
      more.onlyAfter.map(({ id, before }) => [id, before]),
      [["A/v1-2", undefined]],
    )
    assert.deepEqual([more.cellsOnlyBefore, more.cellsOnlyAfter, more.changes], [[], ["b"], []])
  })
})
