import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

const bin = join(import.meta.dirname, "../../bin/understudy.js")
const experiment = join(import.meta.dirname, "experiments/two.ts")
const folder = mkdtempSync(join(tmpdir(), "understudy-plan-"))
afterAll(() => rmSync(folder, { recursive: true }))

const understudy = (...args: ReadonlyArray<string>) =>
  spawnSync(process.execPath, [bin, ...args], { encoding: "utf8", timeout: 25_000 })

describe("understudy plan", () => {
  it("prints cells, steps and usage as one JSON document", () => {
    const { status, stdout, stderr } = understudy("plan", experiment, "--json")
    assert.strictEqual(status, 0, stderr)
    const plan = JSON.parse(stdout)
    assert.deepEqual(plan.cells[0], { key: "main/size=small,seed=1", grid: "main", size: "small", seed: "1" })
    assert.strictEqual(plan.steps.length, 4)
    assert.deepEqual(plan.steps[3].cells, ["main/size=large,seed=2"])
    assert.deepEqual(plan.usage, [
      { role: "judge", model: "judge-a", calls: 40, promptTokens: 4000, completionTokens: 400, money: null },
    ])
  })

  it("prints the same for people", () => {
    const { stdout } = understudy("plan", experiment)
    assert.match(stdout, /^two: 4 cells, 4 steps\n/)
    assert.match(stdout, /to-run {4}Draw\/v1-[0-9a-f]{16} +main\/size=small,seed=1/)
    assert.match(stdout, /judge +judge-a +40 calls.*price unknown/)
  })

  it("says what is wrong with an experiment file, and exits with 64", () => {
    const empty = join(folder, "empty.ts")
    writeFileSync(empty, "export default 1")
    const refused = understudy("plan", empty)
    assert.deepEqual([refused.status, refused.stdout], [64, ""])
    assert.match(refused.stderr, /empty\.ts: write `export default Experiment\.make/)
    assert.match(understudy("plan", join(folder, "none.ts")).stderr, /none\.ts: there is no such file/)
  })

  it("exits with 64 on bad usage", () => {
    assert.strictEqual(understudy("plan").status, 64)
    assert.strictEqual(understudy("plan", experiment, "--jsn").status, 64)
  })
})
