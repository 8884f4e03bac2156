import { Effect } from "effect"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { understudy } from "./cli/smallHome.ts"

const experiment = join(import.meta.dirname, "experiments/two.ts")
const folder = mkdtempSync(join(tmpdir(), "understudy-plan-"))
afterAll(() => rmSync(folder, { recursive: true }))

/** In a home that isn't there. */
const plan = (...args: ReadonlyArray<string>) =>
  Effect.runPromise(understudy(["plan", ...args], { UNDERSTUDY_HOME: join(folder, "home") }))

const slow = 240_000

describe("understudy plan", () => {
  it(
    "prints cells, steps and usage as one JSON document",
    async () => {
      const { status, stdout, stderr } = await plan(experiment, "--json")
      assert.strictEqual(status, 0, stderr)
      const printed = JSON.parse(stdout)
      assert.deepEqual(printed.cells[0], { grid: "main", size: "small", seed: "1", key: "main/size=small,seed=1" })
      assert.strictEqual(printed.steps.length, 4)
      assert.deepEqual(printed.steps[3].cells, ["main/size=large,seed=2"])
      assert.strictEqual(printed.usage.length, 1)
      const usage = {
        role: "judge",
        model: "judge-a",
        calls: 40,
        promptTokens: 4000,
        completionTokens: 400,
        money: null,
      }
      assert.deepInclude(printed.usage[0], usage)
      assert.deepEqual([printed.paid, printed.secondsLeft], [[], null])
      assert.isFalse(existsSync(join(folder, "home")))
    },
    slow,
  )

  it(
    "prints the same for people, with what is not known",
    async () => {
      const { stdout } = await plan(experiment)
      assert.match(stdout, /^two: 4 cells, 4 steps \(4 to run\)\n/)
      assert.match(stdout, /to run {2}Draw\/v1-[0-9a-f]{16} {2}main\/size=small,seed=1\n/)
      assert.match(stdout, /judge +judge-a +40 +4,000 +400 +price unknown/)
      assert.match(stdout, /In time: unknown, since this home has no calls to judge-a/)
      assert.match(stdout, /judge-a has no dated name and no revision/)
    },
    slow,
  )

  it(
    "says what is wrong with an experiment file, and exits with 64",
    async () => {
      const empty = join(folder, "empty.ts")
      writeFileSync(empty, "export default 1")
      const refused = await plan(empty)
      assert.deepEqual([refused.status, refused.stdout], [64, ""])
      assert.match(refused.stderr, /empty\.ts: write `export default Experiment\.make/)
      assert.match((await plan(join(folder, "none.ts"))).stderr, /none\.ts: there is no such file/)
    },
    slow,
  )

  it("exits with 64 on bad usage", async () => assert.strictEqual((await plan("--jsn")).status, 64), slow)
})
