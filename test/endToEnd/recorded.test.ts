/** The run that the repository holds, replayed as a user does who has neither the trainer nor Python. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { assert, describe, it } from "vitest"

const root = resolve(import.meta.dirname, "../..")

describe("the recorded demo", () => {
  it("is replayed offline, with nothing set up, to the report that it ended with", { timeout: 120_000 }, () => {
    const home = mkdtempSync(join(tmpdir(), "understudy-replay-"))
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, "scripts/demo.js"), "--replay", "--home", home],
      { encoding: "utf8", env: { ...process.env, UNDERSTUDY_CACHE: join(home, "no-cache") } },
    )
    assert.strictEqual(status, 0, stderr)
    assert.include(stdout, "Mean reward on held-out prompts")
    // Corpus, split, role-play, the initial model and the report need no tokenizer.
    assert.match(stdout, /demo: 5 steps reproduced from the journal of .*, 12 taken as recorded/)
    for (const name of ["report.md", "report.html", "report.json"])
      assert.isTrue(existsSync(join(home, "reports", "demo-recorded", name)), name)
  })

  it("takes at most five megabytes", () => {
    const folder = join(root, "workflows/experiments/recorded")
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(folder, name)))
    assert.isBelow(
      files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0),
      5e6,
    )
  })
})
