import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import {
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
} from "node:fs"
import { join } from "node:path"
import { ArtifactRef } from "../../../src/domain/Artifact.ts"
import { Home } from "../../../src/index.ts"
import { scriptedTinker } from "../../support/ScriptedTinker.ts"
import { sha256, tiny, workspace } from "./workspace.ts"

/** Overwrites a piece of a file. */
const damage = (file: string, at: number, bytes: number) => {
  const descriptor = openSync(file, "r+")
  writeSync(descriptor, Buffer.alloc(bytes, 0xa5), 0, bytes, at)
  closeSync(descriptor)
}
const middle = (file: string) => damage(file, Math.floor(statSync(file).size / 2), 4096)
const header = (file: string) => damage(file, 0, 32)
const cut = (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2))

/** Every file of a folder with its content. */
const contents = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => [file, sha256(file)] as const)

/** The artifact at a path of fields. */
const refOf = (output: string | null, path: string) =>
  Schema.decodeUnknownSync(ArtifactRef)(
    path.split(".").reduce<unknown>((at, field) => (at as Record<string, unknown>)[field], JSON.parse(output ?? "{}")),
  )

describe("a home", () => {
  it.scopedLive(
    "of a newer version, or in the place of a file, is refused and left as it is",
    () =>
      Effect.gen(function* () {
        const { folder, write, run, read } = yield* workspace
        const newer = join(folder, "newer")
        write("newer/home.json", '{"format":99}')
        const before = contents(newer)
        for (const refused of [yield* run({ home: newer }), yield* read({ home: newer })]) {
          assert.strictEqual(refused.state, "failed")
          assert.match(refused.message, /newer can't be used as a home: it is of format 99.*Update understudy/)
        }
        assert.deepEqual(contents(newer), before)
        const file = write("file", "")
        for (const home of [file, join(file, "below")]) {
          assert.match((yield* run({ home })).message, /it is a file, or lies below one\. Choose a folder with --home/)
        }
      }),
    120_000,
  )

  it.scopedLive(
    "that another run holds is refused at once, with the holder, and can be read",
    () =>
      Effect.gen(function* () {
        const { home, run, read, cli } = yield* workspace
        assert.strictEqual((yield* run()).state, "done")
        const [refused, beside] = yield* Effect.all([cli("run", tiny, "--json"), read()]).pipe(
          Effect.provide(Home.Home.layer(home)),
        )
        assert.deepEqual([refused.status, refused.stdout], [1, ""])
        assert.match(refused.stderr, new RegExp(`is in use by process ${process.pid}, since .*Wait for it or stop it`))
        assert.notMatch(refused.stderr, /^\s+at /m)
        assert.deepEqual(beside, { state: "done", message: "7 steps, 0 left", said: "" })
        assert.strictEqual((yield* run()).state, "done")
      }),
    120_000,
  )

  it.scopedLive(
    "with a damaged database is refused before a byte changes, and goes on as it says",
    () =>
      Effect.gen(function* () {
        const { folder, home, server, run } = yield* workspace
        assert.strictEqual((yield* run()).state, "done")
        const asked = server.arrivals.length
        for (const name of ["journal.db", "ledger.db"]) {
          for (const harm of [header, middle, cut]) {
            const copy = join(folder, `${name}-${harm.name}`)
            cpSync(home, copy, { recursive: true })
            harm(join(copy, name))
            const before = sha256(join(copy, name))
            const artifacts = contents(join(copy, "artifacts"))
            const refused = yield* run({ home: copy })
            assert.strictEqual(refused.state, "failed", copy)
            assert.match(refused.message, new RegExp(`${name}: it can't be opened as a database .*Move it away`))
            assert.strictEqual(sha256(join(copy, name)), before)
            assert.deepEqual(contents(join(copy, "artifacts")), artifacts)
            renameSync(join(copy, name), join(copy, `${name}.damaged`))
            assert.strictEqual((yield* run({ home: copy })).state, "done")
          }
        }
        // Without its ledger everything is done anew, and without its journal nothing has to be.
        assert.strictEqual(server.arrivals.length, asked)
      }),
    180_000,
  )

  it.scopedLive(
    "whose lock or engine is damaged says so, and goes on",
    () =>
      Effect.gen(function* () {
        const { home, run, server } = yield* workspace
        assert.strictEqual((yield* run()).state, "done")
        const asked = server.arrivals.length
        writeFileSync(join(home, "lock.db"), "garbage".repeat(100))
        assert.match((yield* run()).message, /lock\.db can't be locked.*It holds nothing: delete it/)
        rmSync(join(home, "lock.db"))
        middle(join(home, "engine.db"))
        rmSync(join(home, "ledger.db"))
        const ran = yield* run()
        assert.strictEqual(ran.state, "done", ran.message)
        assert.match(ran.said, /engine\.db: it can't be opened.*It is only a cache: it was moved to/)
        assert.strictEqual(server.arrivals.length, asked)
      }),
    60_000,
  )
})

describe("an artifact", () => {
  it.scopedLive(
    "that is lost or damaged is made again from the journal, without a call",
    () =>
      Effect.gen(function* () {
        const { home, server, write, run, read, ledger } = yield* workspace
        assert.strictEqual((yield* run()).state, "done")
        const asked = server.arrivals.length
        const entries = [...(yield* ledger()).values()]
        const artifact = (stage: string, field: string) => {
          const { id, output } = entries.find((entry) => entry.stage === stage)!
          const { sha256: hash } = refOf(output, field)
          return { id, file: join(home, "artifacts", hash.slice(0, 2), hash.slice(2)), hash }
        }
        const evaluation = artifact("Evaluate", "transcripts")
        for (const harm of [(file: string) => rmSync(file), (file: string) => truncateSync(file, 9)]) {
          harm(evaluation.file)
          const ran = yield* run()
          assert.strictEqual(ran.state, "done", ran.message)
          assert.include(
            ran.said,
            `${evaluation.id} is done anew from the journal: ${evaluation.file} is missing or cut`,
          )
          assert.strictEqual(sha256(evaluation.file), evaluation.hash)
        }

        // Changed content shows when it is read: by a step, which is told of it, or by a reader, who is.
        const split = artifact("Split", "test.conversations")
        damage(split.file, 10, 5)
        const more = write(
          "more.mjs",
          readFileSync(tiny, "utf8").replace("prompts: 3", "prompts: 2").replace(" as const", ""),
        )
        const met = yield* run({ experiment: more })
        assert.strictEqual(met.state, "suspended")
        assert.match(met.message, /is damaged \(its content has another SHA-256\)\. It was moved to .*\.damaged\. Run/)
        const mended = yield* run({ experiment: more })
        assert.strictEqual(mended.state, "done", mended.message)
        assert.include(mended.said, `${split.id} is done anew from the journal`)
        assert.strictEqual(sha256(split.file), split.hash)

        assert.strictEqual((yield* run()).state, "done")
        const report = artifact("Report", "data")
        damage(report.file, 10, 5)
        assert.match((yield* read()).message, /is damaged \(.*\)\. Delete it and run the experiment again/)
        rmSync(report.file)
        assert.strictEqual((yield* run()).state, "done")
        assert.isTrue(existsSync(report.file))
        assert.strictEqual(server.arrivals.length, asked)
      }),
    180_000,
  )

  it.scopedLive(
    "of a trained model is made again by the trainer, from the journal's steps",
    () =>
      Effect.gen(function* () {
        const { home, tokenizer, configOf, run, ledger } = yield* workspace
        const tinker = yield* scriptedTinker()
        const tokenizers = { "scripted-base": tokenizer }
        const config = configOf("tinker.mjs", { trainer: { kind: "tinker", url: tinker.url, tokenizers } })
        const experiment = join(import.meta.dirname, "trained.ts")
        const first = yield* run({ experiment, config })
        assert.strictEqual(first.state, "done", first.message)
        const checkpoint = Effect.map(ledger(), (entries) => {
          const { id, output } = [...entries.values()].find(({ stage }) => stage === "FineTuned")!
          const { sha256: hash } = Schema.decodeUnknownSync(Trained)(output).checkpoint.state
          return { id, file: join(home, "artifacts", hash.slice(0, 2), hash.slice(2)) }
        })
        const { id, file } = yield* checkpoint
        rmSync(file)
        const samples = tinker.count("asample")
        const ran = yield* run({ experiment, config })
        assert.strictEqual(ran.state, "done", ran.message)
        assert.include(ran.said, `${id} is done anew from the journal`)
        assert.isTrue(existsSync((yield* checkpoint).file))
        assert.strictEqual(tinker.count("asample"), samples)
      }),
    60_000,
  )
})

const Trained = Schema.parseJson(Schema.Struct({ checkpoint: Schema.Struct({ state: ArtifactRef }) }))
