import { Effect, Schema } from "effect"
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { createHash } from "node:crypto"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { corpusFiles, isLog } from "../../layers/generation/corpus/corpusFiles.ts"
import { Estimate, Experiment, FileRef, Grid, Stage } from "../../src/index.ts"
import type { Step } from "../../src/index.ts"
import { hashFiles } from "../../workflows/cli/LoadExperiment.ts"
import { Corpus } from "../../workflows/stages/Corpus.ts"
import { hashPath } from "../../workflows/hashPath.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-hash-"))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (name: string, content: string) => writeFileSync(join(folder, name), content)
const hash = (name = "") => hashPath(join(folder, name), new AbortController().signal)
const ofLogs = (name: string) => hashPath(join(folder, name), new AbortController().signal, isLog)
const read = (name: string) =>
  Effect.runPromise(
    Effect.map(corpusFiles(join(folder, name)), (files) => files.map((file) => relative(join(folder, name), file))),
  )

describe("hashPath", () => {
  it("is a file's SHA-256", async () => {
    write("one.jsonl", "hello")
    assert.strictEqual(await hash("one.jsonl"), createHash("sha256").update("hello").digest("hex"))
  })

  it("changes with what is below a folder and with its name, not with hidden files", async () => {
    mkdirSync(join(folder, "logs/data"), { recursive: true })
    write("logs/data/b.jsonl", "b")
    write("logs/a.jsonl", "a")
    const before = await hash("logs")
    write("logs/.DS_Store", "x")
    assert.strictEqual(await hash("logs"), before)
    write("logs/data/b.jsonl", "c")
    const changed = await hash("logs")
    assert.notStrictEqual(changed, before)
    renameSync(join(folder, "logs/data/b.jsonl"), join(folder, "logs/data/d.jsonl"))
    assert.notStrictEqual(await hash("logs"), changed)
  })

  it("is of what a corpus reads, and of nothing else", async () => {
    mkdirSync(join(folder, "corpus/one.parquet"), { recursive: true })
    write("corpus/one.parquet/part-0.parquet", "a")
    write("corpus/b.jsonl", "b")
    const before = await ofLogs("corpus")
    const all = await hash("corpus")
    write("corpus/README.md", "about these logs")
    assert.strictEqual(await ofLogs("corpus"), before)
    // What other stages read of a folder can't be told.
    assert.notStrictEqual(await hash("corpus"), all)
    assert.deepEqual(await read("corpus"), ["b.jsonl", "one.parquet/part-0.parquet"])
  })

  it("is of all files where another stage reads the folder", async () => {
    mkdirSync(join(folder, "both"))
    write("both/a.jsonl", "a")
    const file = FileRef.make({ path: join(folder, "both") })
    const Other = Stage.make({
      name: "Other",
      version: 1,
      input: { file: FileRef },
      output: Schema.Void,
      run: () => Effect.void,
      estimate: () => Estimate.free(1),
    })
    const corpus = Corpus({ file })
    const main = Grid.make({ axes: { seed: [1] }, experiment: () => corpus })
    const hashes = (steps: ReadonlyArray<Step.AnyStep>) =>
      Effect.runPromise(hashFiles(Experiment.make("hashed", { grids: { main }, collect: () => steps })))
    const [alone, beside] = [await hashes([corpus]), await hashes([corpus, Other({ file })])]
    write("both/README.md", "about these logs")
    assert.deepEqual(await hashes([corpus]), alone)
    assert.notDeepEqual(await hashes([corpus, Other({ file })]), beside)
  })

  it("follows links as a corpus does, and refuses what can't be followed", async () => {
    mkdirSync(join(folder, "elsewhere"))
    write("elsewhere/c.jsonl", "c")
    mkdirSync(join(folder, "linked"))
    write("linked/a.jsonl", "a")
    const before = await ofLogs("linked")
    symlinkSync("../elsewhere", join(folder, "linked/more"))
    symlinkSync("../elsewhere/c.jsonl", join(folder, "linked/b.jsonl"))
    const linked = await ofLogs("linked")
    assert.notStrictEqual(linked, before)
    assert.deepEqual(await read("linked"), ["a.jsonl", "b.jsonl", "more/c.jsonl"])
    write("elsewhere/c.jsonl", "d")
    assert.notStrictEqual(await ofLogs("linked"), linked)

    for (const [target, problem] of [
      ["..", /a link leads from .*elsewhere back to a folder/],
      ["nowhere", /ENOENT/],
    ] as const) {
      symlinkSync(join("../linked", target), join(folder, "elsewhere/loop"))
      for (const refused of [ofLogs, read]) {
        const told = await refused("linked").then(() => "", String)
        assert.match(told, problem)
      }
      rmSync(join(folder, "elsewhere/loop"))
    }
  })
})
