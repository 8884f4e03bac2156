/** The run that the repository holds against the present code: with the model's tokenizer every step can be done again. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

const root = resolve(import.meta.dirname, "../..")
const home = mkdtempSync(join(tmpdir(), "understudy-recorded-"))
afterAll(() => rmSync(home, { recursive: true, force: true }))

describe("the recorded demo", () => {
  it("is what its code gives from the recorded answers, step by step", { timeout: 120_000 }, () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "scripts/demo.js"), "--replay", "--home", home],
      { encoding: "utf8" },
    )
    assert.strictEqual(status, 0, stdout + stderr)
    assert.match(stdout, /demo: 17 steps reproduced from the journal of [^,]*$/m)
  })
})
