import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { Home, paths } from "../../src/journal/Home.ts"
import { ArtifactStore, CallJournal, StepLedger } from "../../src/index.ts"
import { answering } from "./journalFixtures.ts"

const root = mkdtempSync(join(tmpdir(), "understudy-home-"))
afterAll(() => rmSync(root, { recursive: true }))

const write = (home: string) =>
  Effect.gen(function* () {
    const ref = yield* (yield* ArtifactStore).put(new TextEncoder().encode("hello"))
    const { source } = yield* (yield* CallJournal).call(answering("a"))
    const entry = { id: "S/v1-a", stage: "S", state: "done", consumed: "", output: "1" } as const
    yield* (yield* StepLedger).record({ ...entry, reason: null, advice: null, seconds: 1 })
    return { ref, source }
  }).pipe(Effect.provide(Home.layer(home)), Effect.scoped)

const read = (home: string) =>
  Effect.gen(function* () {
    const { source } = yield* (yield* CallJournal).call(answering("a"))
    const steps = yield* (yield* StepLedger).list
    return { source, steps: steps.map(({ id }) => id) }
  }).pipe(Effect.provide(Home.layerReader(home)), Effect.scoped)

const refused = <A, E extends { readonly _tag: string; readonly message: string }>(work: Effect.Effect<A, E>) =>
  Effect.runPromise(Effect.map(Effect.flip(work), (error) => `${error._tag}: ${error.message}`))

describe("Home", () => {
  it("is made by its first writer and read by others", async () => {
    const home = join(root, "deep", "home")
    assert.strictEqual((await Effect.runPromise(write(home))).source, "sent")
    const before = readdirSync(home).sort()
    assert.deepEqual(await Effect.runPromise(read(home)), { source: "journal", steps: ["S/v1-a"] })
    assert.deepEqual(readdirSync(home).sort(), before)
    assert.includeMembers(before, ["home.json", "journal.db", "ledger.db", "artifacts"])
  })

  it("that isn't there reads as empty, and is not made", async () => {
    const home = join(root, "nowhere")
    assert.match(await refused(read(home)), /OfflineMiss/)
    assert.isFalse(existsSync(home))
  })

  it("lets one writer in at a time, and readers beside it", async () => {
    const home = join(root, "busy")
    const [second, beside] = await Effect.gen(function* () {
      yield* (yield* CallJournal).call(answering("a"))
      return [yield* Effect.flip(write(home)), yield* read(home)] as const
    }).pipe(Effect.provide(Home.layer(home)), Effect.runPromise)
    assert.strictEqual(second._tag, "HomeInUse")
    assert.strictEqual(beside.source, "journal")
  })

  it("of a newer version is refused to writers and readers, unchanged", async () => {
    const home = join(root, "newer")
    mkdirSync(home)
    writeFileSync(join(home, "home.json"), '{"format":2}')
    for (const use of [Effect.asVoid(write(home)), Effect.asVoid(read(home))]) {
      assert.match(await refused(use), /HomeUnusable: .*newer.*format 2.*Update understudy/)
    }
    assert.deepEqual(readdirSync(home), ["home.json"])
    assert.strictEqual(readFileSync(join(home, "home.json"), "utf8"), '{"format":2}')
  })

  it("with a damaged version file is refused", async () => {
    const home = join(root, "damaged")
    mkdirSync(home)
    writeFileSync(join(home, "home.json"), "{")
    assert.match(await refused(write(home)), /home\.json is damaged/)
  })

  it("on a read-only file system refuses a writer and serves a reader", async (context) => {
    const home = join(root, "readonly")
    mkdirSync(home)
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", home], { stdio: "ignore" })
    } catch {
      return context.skip()
    }
    try {
      await Effect.runPromise(write(home))
      execFileSync("mount", ["-o", "remount,ro", home])
      assert.match(await refused(write(home)), /HomeReadOnly: .*EROFS.*--home/)
      assert.strictEqual((await Effect.runPromise(read(home))).source, "journal")
    } finally {
      execFileSync("umount", ["-l", home])
    }
  })

  it("keeps every path inside its folder", () => {
    const { folder, ...inside } = paths(join(root, "x"))
    assert.isTrue(Object.values(inside).every((path) => path.startsWith(`${folder}/`)))
    assert.strictEqual(new Set(Object.values(inside)).size, Object.keys(inside).length)
  })
})
