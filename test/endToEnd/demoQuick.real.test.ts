/** `npm run demo -- --quick` as a user runs it: the real model, the real trainer, every stage down to the report. */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

const root = resolve(import.meta.dirname, "../..")
const home = mkdtempSync(join(tmpdir(), "understudy-demo-"))
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Not `spawnSync`: the test runner wants to hear from its worker every minute. */
const demo = () =>
  new Promise<{ readonly status: number | null; readonly stdout: string }>((resolve) => {
    const child = spawn(process.execPath, [join(root, "scripts/demo.js"), "--quick", "--home", home], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    let stdout = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.on("close", (status) => resolve({ status, stdout }))
  })

interface Report {
  readonly experiment: string
  readonly cells: ReadonlyArray<{ readonly key: string; readonly simulator: string }>
  readonly matrix: ReadonlyArray<{
    readonly assistant: string
    readonly simulator: string
    readonly metric: string
    readonly mean: number
    readonly low: number
    readonly high: number
    readonly n: number
  }>
  readonly perplexity: ReadonlyArray<{
    readonly simulator: string
    readonly before: number
    readonly after: number
    readonly tokens: number
  }>
  readonly usage: ReadonlyArray<{ readonly role: string; readonly calls: number; readonly promptTokens: number }>
}

describe("the demo on a small scale", () => {
  it("ends with a report of both cells, and answers from storage the second time", { timeout: 1_500_000 }, async () => {
    const first = await demo()
    assert.strictEqual(first.status, 0)
    assert.include(first.stdout, "Mean reward on held-out prompts")
    const folder = join(home, "reports", "demo-quick")
    for (const name of ["report.md", "report.html", "report.json"]) assert.isTrue(existsSync(join(folder, name)), name)
    const text = readFileSync(join(folder, "report.json"), "utf8")
    const report = JSON.parse(text) as Report

    assert.deepEqual(
      report.cells.map(({ simulator }) => simulator),
      ["role-play", "fine-tuned"],
    )
    const rewards = report.matrix.filter(({ metric }) => metric === "reward")
    assert.lengthOf(rewards, 9)
    for (const { mean, low, high, n } of rewards) {
      assert.isTrue(0 <= low && low <= mean && mean <= high && high <= 1, JSON.stringify({ low, mean, high }))
      assert.strictEqual(n, 8)
    }
    assert.lengthOf(report.perplexity, 1)
    const perplexity = report.perplexity[0]!
    assert.strictEqual(perplexity.simulator, "fine-tuned")
    assert.isAbove(perplexity.tokens, 100)
    // Four steps on user turns: whatever they teach, held-out user turns are less of a surprise than before.
    assert.isBelow(perplexity.after, perplexity.before)
    for (const role of ["assistant", "simulator", "judge", "trainer"]) {
      const used = report.usage.find((row) => row.role === role)
      assert.isAbove(used?.calls ?? 0, 0, role)
      assert.isAbove(used?.promptTokens ?? 0, 0, role)
    }

    const second = await demo()
    assert.strictEqual(second.status, 0)
    assert.strictEqual(second.stdout, first.stdout)
    assert.strictEqual(readFileSync(join(folder, "report.json"), "utf8"), text)
  })
})
