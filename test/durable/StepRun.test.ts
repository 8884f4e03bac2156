import { SqliteClient } from "@effect/sql-sqlite-node"
import { Effect, Option, Schema } from "effect"
import { readdirSync, writeFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { Attempt } from "../../src/durable/Attempt.ts"
import { Estimate, reopen, Shard, Stage, StageFailure, Step, StepLedger } from "../../src/index.ts"
import { idOf, makeEngine, tempFolder } from "./engineFixtures.ts"

const folder = tempFolder("step-run")

const Number_ = Schema.TaggedStruct("Number", { value: Schema.Number })

/** What the stages below do is set by each test. */
const world = {
  draws: 0,
  draw: Effect.succeed(1) as Effect.Effect<number, StageFailure>,
  body: Effect.void as Effect.Effect<void>,
}

const Draw = Stage.make({
  name: "Draw",
  version: 1,
  input: { name: Schema.String },
  output: Number_,
  run: () =>
    Effect.gen(function* () {
      const value = yield* Shard.once(
        "draw",
        Schema.Number,
        Effect.suspend(() => ((world.draws += 1), world.draw)),
      )
      yield* world.body
      return Number_.make({ value })
    }),
  estimate: () => Estimate.free(1),
})

const Double = Stage.make({
  name: "Double",
  version: 1,
  input: { of: Step.of(Number_) },
  output: Schema.TaggedStruct("Double", { value: Schema.Number }),
  run: ({ of }) => Effect.succeed({ _tag: "Double" as const, value: 2 * of.value }),
  estimate: () => Estimate.free(1),
})

const outage = StageFailure.make({ kind: "operator", reason: "No GPU.", advice: "Plug one in." })
const steps = (name: string) => {
  const draw = Draw({ name })
  return { draw, id: idOf(draw), roots: [Double({ of: draw })] }
}

describe("a step", () => {
  it("that dies of a defect is suspended, and goes on when it is run again", async () => {
    const engine = makeEngine(folder, "defect")
    const { roots, id } = steps("defect")
    world.body = Effect.dieMessage("a wrong turn")
    const { Draw, Double } = await engine.run(roots)
    const failure = Draw?._tag === "Suspended" ? Draw.failures[0] : undefined
    assert.deepEqual(
      [failure?.kind, failure?.reason],
      ["operator", "It stopped with an unexpected error: a wrong turn"],
    )
    assert.deepEqual(Double, { _tag: "Blocked", by: [id] })
    const { state, kind, reason } = await engine.entry(id)
    assert.deepEqual([state, kind, reason], ["suspended", "operator", failure?.reason])

    world.body = Effect.void
    world.draws = 0
    assert.strictEqual((await engine.run(roots))["Double"]?._tag, "Done")
    assert.strictEqual(world.draws, 0)
  })

  it("whose process died too often is suspended until it is reopened", async () => {
    const engine = makeEngine(folder, "deaths")
    const { roots, id } = steps("deaths")
    world.draw = Effect.fail(outage)
    await engine.run(roots)
    await engine.change(id, { state: "running", starts: 3 })

    world.draw = Effect.succeed(1)
    world.draws = 0
    const { Draw } = await engine.run(roots, { maxDeaths: 3 })
    assert.match(Draw?._tag === "Suspended" ? (Draw.failures[0]?.reason ?? "") : "", /died 3 times in a row/)
    assert.strictEqual((await engine.run(roots, { maxDeaths: 3 }))["Draw"]?._tag, "Suspended")
    assert.strictEqual(world.draws, 0)

    await engine.withLedger(reopen([id], { anew: false }))
    assert.strictEqual((await engine.run(roots, { maxDeaths: 3 }))["Draw"]?._tag, "Done")
    assert.strictEqual((await engine.entry(id)).starts, 0)
  })

  it("has a start on its account until a shard is finished, and none when it was stopped in order", async () => {
    const engine = makeEngine(folder, "starts")
    const { roots, id } = steps("starts")
    const seen: Array<number> = []
    const look = Effect.flatMap(StepLedger, ({ find }) =>
      Effect.map(find(id), (found) => void seen.push(Option.getOrThrow(found).starts)),
    )
    // The services of a run are there for its shards; this stage doesn't say that it needs them.
    world.draw = Effect.as(look, 1) as never
    world.body = look as never
    await engine.run(roots)
    world.body = Effect.void
    assert.deepEqual(seen, [1, 0])

    const stopped = steps("stopped")
    const interrupted = engine.run(stopped.roots, { onStart: () => Effect.interrupt })
    assert.strictEqual(await interrupted.then(String, () => "interrupted"), "interrupted")
    const { state, starts } = await engine.entry(stopped.id)
    assert.deepEqual([state, starts], ["running", 0])
  })

  it("is done anew when its stage changed under its version", async () => {
    const engine = makeEngine(folder, "source")
    const { roots, id } = steps("source")
    world.draw = Effect.succeed(1)
    const run = (source: string | null) =>
      engine.run(roots, { sourceOf: ({ name }) => (name === "Draw" ? source : null) })
    await run(null)
    world.draw = Effect.succeed(2)
    const outputs = []
    for (const source of ["a", "a", "b", "b"]) outputs.push((await run(source))["Double"])
    const double = (value: number) => ({ _tag: "Done", output: { _tag: "Double", value } }) as const
    // A ledger without a source takes the first one it is shown.
    assert.deepEqual(outputs, [double(2), double(2), double(4), double(4)])
    const { source, attempt } = await engine.entry(id)
    assert.deepEqual([source, attempt], ["b", 1])
  })

  it("runs all its shards anew when it is reopened so, and tells them", async () => {
    const engine = makeEngine(folder, "anew")
    const { roots, id } = steps("anew")
    world.draw = Effect.map(Attempt, (attempt) => 10 + attempt)
    assert.deepEqual((await engine.run(roots))["Double"], { _tag: "Done", output: { _tag: "Double", value: 20 } })
    await engine.withLedger(reopen([id], { anew: true }))
    assert.deepEqual((await engine.run(roots))["Double"], { _tag: "Done", output: { _tag: "Double", value: 22 } })
  })

  it("is left alone where only others are asked for", async () => {
    const engine = makeEngine(folder, "only")
    const one = steps("one")
    const other = steps("other")
    world.draw = Effect.succeed(1)
    const outcomes = await engine.run([one.draw, ...other.roots], { only: new Set([one.id]) })
    // Both draws are of one stage: the last one stands.
    assert.deepEqual([outcomes["Draw"], outcomes["Double"]], [{ _tag: "Left" }, { _tag: "Blocked", by: [other.id] }])
    assert.strictEqual((await engine.entry(one.id)).state, "done")
  })

  it("waits where only so many of its kind may run at once", async () => {
    const engine = makeEngine(folder, "bounds")
    let [now, most] = [0, 0]
    world.draw = Effect.sync(() => (most = Math.max(most, ++now))).pipe(
      Effect.delay("20 millis"),
      Effect.zipLeft(Effect.sync(() => now--)),
    )
    const draws = ["a", "b", "c"].map((name) => Draw({ name }))
    const bounds = [{ steps: new Set(draws.map(idOf)), atOnce: 1 }]
    await engine.run(draws, { bounds })
    assert.strictEqual(most, 1)
  })
})

const ofNewerFormat = (filename: string) =>
  Effect.flatMap(SqliteClient.SqliteClient, (sql) => sql`PRAGMA user_version = 99`).pipe(
    Effect.provide(SqliteClient.layer({ filename })),
    Effect.runPromise,
  )

describe("the engine's database", () => {
  it.each([
    ["damaged", async (file: string) => writeFileSync(file, "garbage".repeat(1000)), /can't be opened as a database/],
    ["of a newer version", ofNewerFormat, /it is of format 99/],
  ])("is moved aside when it is %s, and nothing is lost", async (name, spoil, reason) => {
    const engine = makeEngine(folder, name)
    const { roots } = steps(name)
    world.draw = Effect.succeed(1)
    const first = await engine.run(roots)
    await spoil(engine.database)
    world.draw = Effect.dieMessage("must not run")
    assert.deepEqual(await engine.run(roots), first)
    assert.match(engine.said.join(), reason)
    assert.match(engine.said.join(), /It is only a cache: it was moved to/)
    assert.lengthOf(
      readdirSync(folder).filter((one) => one.startsWith(`${name}.db.aside-`) && /\d$/.test(one)),
      1,
    )
  })
})
