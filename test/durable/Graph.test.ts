import { assert, describe, it } from "vitest"
import { FileRef, Graph, InvalidInput } from "../../src/index.ts"
import { Assistant, Corpus, Simulator, file, hashes } from "./fixtures.ts"

const study = (options: { readonly epochs?: number; readonly seed?: number } = {}) => {
  const corpus = Corpus({ file })
  const recipe = { rate: 0.1, ...(options.epochs === undefined ? {} : { epochs: options.epochs }) }
  return Assistant({ simulator: Simulator({ corpus, recipe }), seed: options.seed ?? 1 })
}

const ids = (...args: Parameters<typeof Graph.make>) => Graph.make(...args).nodes.map((node) => node.id)

describe("Graph", () => {
  it("puts upstream steps first and equal steps once", () => {
    const { nodes } = Graph.make([study({ seed: 1 }), study({ seed: 2 })], hashes)
    assert.deepEqual(
      nodes.map((node) => node.step.stage.name),
      ["Corpus", "Simulator", "Assistant", "Assistant"],
    )
    const [corpus, simulator, first, second] = nodes.map(({ id, upstream }) => ({ id, upstream }))
    assert.isDefined(simulator)
    assert.deepEqual([simulator?.upstream, first?.upstream], [[corpus?.id ?? "none"], [simulator?.id ?? "none"]])
    assert.notStrictEqual(first?.id, second?.id)
  })

  it("names a step by stage, version and a hash of its inputs", () => {
    for (const node of Graph.make([study()], hashes).nodes) {
      assert.match(node.id, new RegExp(`^${node.step.stage.name}/v${node.step.stage.version}-[0-9a-f]{16}$`))
    }
  })

  it("leaves a field at its default out, at any depth", () => {
    assert.deepEqual(ids([study({ epochs: 1 })], hashes), ids([study()], hashes))
    assert.notDeepEqual(ids([study({ epochs: 2 })], hashes), ids([study()], hashes))
    assert.deepEqual(Graph.make([study({ epochs: 1 })], hashes).nodes[1]?.canonical["recipe"], { rate: 0.1 })
  })

  it("knows a file by its content, not by its path", () => {
    const moved = Corpus({ file: FileRef.make({ path: "elsewhere.jsonl" }) })
    const same = new Map([...hashes, ["elsewhere.jsonl", "a".repeat(64)]])
    const other = new Map([...hashes, ["elsewhere.jsonl", "b".repeat(64)]])
    assert.deepEqual(ids([moved], same), ids([Corpus({ file })], hashes))
    assert.notDeepEqual(ids([moved], other), ids([Corpus({ file })], hashes))
    assert.deepEqual(Graph.files([study()]), [{ path: "corpus.jsonl", stages: new Set([Corpus]) }])
  })

  it("changes every id downstream of a change", () => {
    const changed = ids([study()], new Map([["corpus.jsonl", "c".repeat(64)]]))
    const before = ids([study()], hashes)
    assert.isTrue(changed.every((id, i) => id !== before[i]))
  })
})

describe("a stage", () => {
  it("refuses wrong inputs with the field and the reason", () => {
    // Experiment files run without type checking, so the values arrive untyped.
    const untyped: { readonly recipe: { readonly rate: number } } = JSON.parse('{"recipe":{"rate":"fast"}}')
    assert.throws(() => Simulator({ corpus: Corpus({ file }), ...untyped }), InvalidInput, /rate[\s\S]*Expected number/)
  })

  it("refuses a misspelt field", () => {
    const input = { corpus: Corpus({ file }), recipe: { rate: 1 }, recipy: 1 }
    assert.throws(() => Simulator(input), InvalidInput, /recipy/)
  })

  it("refuses a step of another output", () => {
    const wrong: never = Corpus({ file }) as never
    assert.throws(() => Assistant({ simulator: wrong, seed: 1 }), InvalidInput, /gives .*Simulator.*, got Corpus/)
  })
})
