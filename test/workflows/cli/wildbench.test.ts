import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll } from "vitest"

const root = resolve(import.meta.dirname, "../../..")
const folder = mkdtempSync(join(tmpdir(), "understudy-wildbench-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [join(root, "bin/understudy.js"), "wildbench", "score", ...args], { encoding: "utf8" })
const file = (name: string, ...rows: ReadonlyArray<object>) => {
  writeFileSync(join(folder, name), rows.map((row) => JSON.stringify({ model: "m", judge: "j", ...row })).join("\n"))
  return join(folder, name)
}

describe("understudy wildbench score", { timeout: 120_000 }, () => {
  it("prints one JSON document, or a table", () => {
    const one = file(
      "v1__j__m.jsonl",
      { session_id: "a", score: 8, output: "four" },
      { session_id: "b", score: 7, output: "" },
    )
    const two = file("plain.jsonl", { session_id: "a", score: 2, output_chars: 10 })
    const { status, stdout, stderr } = run(one, two, "--json")
    assert.strictEqual(status, 0, stderr)
    const common = { judge: "j", model: "m", unscored: 0 }
    assert.deepEqual(JSON.parse(stdout), [
      {
        file: one,
        version: "v1",
        ...common,
        rows: 2,
        score: 7.5,
        adjustedScore: 5,
        averageLength: 4,
        truncated: 0,
        empty: 1,
      },
      {
        file: two,
        version: null,
        ...common,
        rows: 1,
        score: 2,
        adjustedScore: -6,
        averageLength: 10,
        truncated: null,
        empty: 0,
      },
    ])
    const printed = run(one, two)
    assert.strictEqual(printed.status, 0)
    assert.match(printed.stdout, /v1 +j +m +2 +7\.500 +5\.000 +4\.0 +0 +1 +0\n +unknown/)
  })

  it("ends with 64 for a bad file and for none", () => {
    const bad = run(
      file("bad.jsonl", { session_id: "a", score: 5, output: "" }, { session_id: "a", score: 5, output: "" }),
    )
    assert.strictEqual(bad.status, 64)
    assert.include(bad.stderr, "bad.jsonl:2: task a was already in line 1")
    assert.strictEqual(run().status, 64)
    const unscored = run(file("none.jsonl", { session_id: "a", score: null, output: "" }))
    assert.include(unscored.stderr, "no row has a score")
  })
})
