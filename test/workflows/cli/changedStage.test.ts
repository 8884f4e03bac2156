/** A user's own stage whose body changes under its version (contract 6), and an engine database that is lost. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { tempFolder } from "../../durable/engineFixtures.ts"
import { understudy as commandLine } from "./smallHome.ts"

const root = join(import.meta.dirname, "../../..")
const folder = tempFolder("changed")
const home = join(folder, "home")
const file = join(folder, "own.ts")

const understudy = (verb: string) => Effect.runPromise(commandLine([verb, file, "--home", home]))

/** An experiment of the user's own stage, outside of the package. */
const write = (body: string) => {
  mkdirSync(join(folder, "node_modules"), { recursive: true })
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }))
  writeFileSync(
    file,
    `import { Effect, Schema } from "effect"
    import { Estimate, Experiment, Grid, Shard, Stage } from "understudy"
    const Score = Schema.TaggedStruct("Score", { value: Schema.Number })
    const Own = Stage.make({
      name: "Own",
      version: 1,
      input: { seed: Schema.Int },
      output: Score,
      run: ({ seed }) => Shard.once("score", Score, Effect.sync(() => ({ _tag: "Score" as const, value: ${body} }))),
      estimate: () => Estimate.free(1),
    })
    export default Experiment.make("own", {
      grids: { main: Grid.make({ axes: { seed: [1, 2] }, experiment: Own }) },
    })`,
  )
}

describe("a user's own stage", () => {
  it("is told of by `plan` and run again when its body changed under its version", { timeout: 600_000 }, async () => {
    write("seed")
    symlinkSync(root, join(folder, "node_modules/understudy"))
    symlinkSync(join(root, "node_modules/effect"), join(folder, "node_modules/effect"))
    const first = await understudy("run")
    assert.strictEqual(first.status, 0, first.stderr)
    assert.include((await understudy("run")).stderr, "0 to run")

    write("seed /* the same, said otherwise */")
    assert.include((await understudy("plan")).stdout, "(2 done)")

    write("seed + 1")
    const plan = await understudy("plan")
    assert.include(plan.stdout, "(2 to run)")
    assert.include(plan.stdout, "The body of Own/v1 has changed under its version: its 2 steps are run again.")
    writeFileSync(join(home, "engine.db"), "garbage".repeat(1000))
    const second = await understudy("run")
    assert.strictEqual(second.status, 0, second.stderr)
    assert.include(second.stderr, "The body of Own/v1 has changed")
    assert.match(second.stderr, /engine\.db: it can't be opened as a database.*It is only a cache/)
    assert.include((await understudy("plan")).stdout, "(2 done)")
  })
})
