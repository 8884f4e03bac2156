import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { vi } from "vitest"
import { ConfigProvider, Effect, Either } from "effect"
import { modelFolder } from "../../../workflows/conformance/modelFolder.ts"
import { runConformance } from "../../../workflows/conformance/Conformance.ts"
import { config, idsOf, vocabulary } from "../../support/tinyTokenizer.ts"

const root = resolve(import.meta.dirname, "../../..")
const own = resolve(root, "test/fixtures/conformance")
const reference = resolve(root, "../shared/fixtures")

/** Topics whose vectors are in ids of the embedded model. */
const ofModel = new Set(["sft-flip", "tokenizer"])

/** A folder with these files; text as it is, anything else as JSON. */
const folderOf = Effect.fn(function* (files: Readonly<Record<string, unknown>>) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped()
  for (const [name, content] of Object.entries(files))
    yield* fs.writeFileString(path.join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  return folder
})

const environment = (values: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(values))))

const hello = (ids: ReadonlyArray<number>) => ({
  note: "hello",
  input: { op: "encode", text: "hello" },
  expected: { ids, decoded: "hello" },
})

describe("runConformance", () => {
  it.effect("passes the vectors of this repository", () =>
    Effect.gen(function* () {
      const results = yield* runConformance(own)
      expect(results.flatMap((result) => result.problems)).toEqual([])
      expect(results.map((result) => result.topic)).toEqual([
        "bootstrap",
        "clustered-se",
        "conversation-hash",
        "grpo-datums",
        "jsd",
        "pass-hat-k",
        "python-random",
        "rank-corr",
        "wildchat-split",
      ])
      expect(results.every((result) => result.passed > 0)).toBe(true)
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.effect.skipIf(!existsSync(reference))("passes the reference vectors", () =>
    Effect.gen(function* () {
      const results = yield* runConformance(reference)
      const hasModel = Either.isRight(yield* Effect.either(modelFolder))
      const failed = results.filter(({ failed, topic }) => failed > 0 && (hasModel || !ofModel.has(topic)))
      expect(failed).toEqual([])
      expect(results.filter((result) => result.passed > 0).map((result) => result.topic)).toEqual(
        expect.arrayContaining(["conversation-hash", "grpo-datums", "python-random"]),
      )
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("counts what is wrong, unknown or unreadable as failed", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({
        "astrology.json": { cases: [{}, {}] },
        "broken.json": "{",
        "conversation-hash.json": {
          cases: [
            { note: "wrong", input: { messages: [{ role: "user", content: "a" }] }, expected: { hash: "0" } },
            { note: "strange", input: { talk: [] }, expected: { hash: "0" } },
            "no case",
          ],
        },
        "notes.json": { remark: "not a topic" },
        "python-random.json": {
          cases: [{ note: "draws", input: { seed: "x", seed_type: "int" }, expected: { random: [] } }],
        },
      })
      const results = yield* runConformance(folder)
      expect(results.map(({ topic, passed, failed }) => [topic, passed, failed])).toEqual([
        ["astrology", 0, 2],
        ["broken", 0, 1],
        ["conversation-hash", 0, 3],
        ["python-random", 0, 1],
      ])
      const problems = results.flatMap((result) => result.problems)
      expect(problems[0]).toBe("unknown topic")
      expect(problems[2]).toContain('case 0 (wrong): $.hash: expected "0", got')
      expect(problems[3]).toContain("not understood")
      expect(problems[5]).toContain("it threw SyntaxError")
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("takes the tokenizer from the model folder", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "tokenizer.json": { cases: [hello(idsOf("hell", "o")), hello([1])] } })
      const model = yield* folderOf({ "tokenizer.json": vocabulary, "tokenizer_config.json": config })
      const [result] = yield* runConformance(folder).pipe(environment({ UNDERSTUDY_MODEL: model }))
      expect(result).toMatchObject({ passed: 1, failed: 1 })
      expect(result?.problems[0]).toContain("$.ids")
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("passes this repository's vectors for a tokenizer of a few bytes", () =>
    Effect.gen(function* () {
      const model = yield* folderOf({ "tokenizer.json": vocabulary, "tokenizer_config.json": config })
      const results = yield* runConformance(resolve(own, "tiny")).pipe(environment({ UNDERSTUDY_MODEL: model }))
      expect(results).toEqual([{ topic: "sft-flip", passed: 10, failed: 0, problems: [] }])
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("says how to get the model where there is none", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "tokenizer.json": { cases: [hello([]), hello([])] } })
      vi.stubEnv("UNDERSTUDY_CACHE", folder)
      yield* Effect.addFinalizer(() => Effect.sync(() => vi.unstubAllEnvs()))
      const [result] = yield* runConformance(folder)
      expect(result).toMatchObject({ passed: 0, failed: 2 })
      expect(result?.problems.join()).toContain("setup.js")
    }).pipe(Effect.provide(NodeContext.layer)),
  )

  it.scoped("refuses a folder without topics", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(runConformance(yield* folderOf({ "a.json": [], "b.txt": "" })))
      expect(error.message).toContain("no topic file")
    }).pipe(Effect.provide(NodeContext.layer)),
  )
})

describe("npm run conformance", () => {
  const run = (...args: ReadonlyArray<string>) => {
    const main = resolve(root, "workflows/conformance/main.ts")
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", main, ...args], {
      cwd: root,
      encoding: "utf8",
    })
    return { status, last: stdout.trimEnd().split("\n").at(-1), stderr }
  }

  it("closes with the counts, and its exit code tells", () => {
    expect(run(own)).toMatchObject({ status: 0, last: expect.stringMatching(/^\d+ passed, 0 failed$/) })
    expect(run()).toMatchObject({ status: 64, stderr: expect.stringContaining("Usage") })
  })

  it.scoped("exits with 1 when a case failed", () =>
    Effect.gen(function* () {
      const folder = yield* folderOf({ "astrology.json": { cases: [{}] } })
      expect(run(folder)).toMatchObject({ status: 1, last: "0 passed, 1 failed" })
    }).pipe(Effect.provide(NodeContext.layer)),
  )
})
