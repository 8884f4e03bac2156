import { Effect, Option } from "effect"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { Home } from "../../src/index.ts"
import { listRunRecords, readRunRecord, recordOf, writeRunRecord } from "../../workflows/RunRecord.ts"
import { changesOf } from "../../workflows/cli/loadStudy.ts"
import { makeStudy } from "../../workflows/Study.ts"
import two from "./experiments/two.ts"

const root = mkdtempSync(join(tmpdir(), "understudy-record-"))
afterAll(() => rmSync(root, { recursive: true }))

const source = { file: "/somewhere/two.ts", changes: { users: "each-row" as const } }
const study = makeStudy(two, new Map(), source)

const inHome = <A, E>(name: string, work: Effect.Effect<A, E, Home.Home>) =>
  work.pipe(Effect.provide(Home.Home.layerReader(join(root, name))), Effect.scoped, Effect.runPromise)

describe("RunRecord", () => {
  it("comes back as it was written, and is replaced by the next run", async () => {
    const [read, listed] = await inHome(
      "written",
      Effect.gen(function* () {
        yield* writeRunRecord({ ...study, source: undefined })
        yield* writeRunRecord(study)
        return [yield* readRunRecord("two"), yield* listRunRecords] as const
      }),
    )
    assert.deepEqual(read, recordOf(study))
    assert.deepEqual(listed, [read])
    assert.strictEqual(read.file, "/somewhere/two.ts")
    assert.deepEqual(read.steps[0]?.inputs, { size: "small", seed: 1 })
    assert.deepEqual(read.steps[0]?.cells, ["main/size=small,seed=1"])
    assert.deepEqual(readdirSync(join(root, "written", "runs")), ["two.json"])
  })

  it("that isn't there is told with what is", async () => {
    const refused = Effect.map(Effect.flip(readRunRecord("three")), ({ message }) => message)
    assert.match(await inHome("written", refused), /named "three" has run in .*: there are two\./)
    assert.match(await inHome("nowhere", refused), /nothing has/)
    assert.deepEqual(await inHome("nowhere", listRunRecords), [])
  })

  it("that is damaged is refused by its file", async () => {
    const runs = join(root, "damaged", "runs")
    mkdirSync(runs, { recursive: true })
    writeFileSync(join(runs, "two.json"), '{"format":1,')
    const refused = Effect.map(Effect.flip(readRunRecord("two")), ({ message }) => message)
    assert.match(await inHome("damaged", refused), /two\.json can't be used: it is damaged.*delete the file/)
  })

  it("keeps paths of the command line absolute", () => {
    const changes = changesOf({
      preset: Option.none(),
      corpus: Option.some("x.jsonl"),
      users: Option.none(),
      skipInvalid: true,
    })
    assert.deepEqual(changes, { corpus: join(process.cwd(), "x.jsonl"), skipInvalid: true })
  })
})
