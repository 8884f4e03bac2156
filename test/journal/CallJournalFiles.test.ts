import { Effect, Either, Option } from "effect"
import { execFileSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { CallJournal } from "../../src/journal/CallJournal.ts"
import { answering, callOf, keyOf, sent, withJournal, withReader } from "./journalFixtures.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-journal-files-"))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string) => join(folder, `${name}.db`)

const refusal = (path: string, open: typeof CallJournal.layerReader = CallJournal.layer) =>
  CallJournal.pipe(
    Effect.provide(open(path)),
    Effect.flip,
    Effect.map((error) => error.message),
    Effect.runPromise,
  )

const fill = (path: string, names: ReadonlyArray<string>) =>
  withJournal(path, (journal) => Effect.forEach(names, (name) => journal.call(answering(name))))

/** A small tmpfs for the time of `work`; undefined where this user can't mount one. */
const onTmpfs = async <A>(kilobytes: number, work: (path: string) => Promise<A>): Promise<A | undefined> => {
  const path = mkdtempSync(join(folder, "tmpfs-"))
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", path], { stdio: "ignore" })
  } catch {
    return undefined
  }
  try {
    return await work(path)
  } finally {
    execFileSync("umount", ["-l", path])
  }
}

describe("a journal's file", () => {
  it("of a newer format is refused and left as it was", async () => {
    await fill(file("newer"), ["a"])
    const bytes = readFileSync(file("newer"))
    bytes.writeUInt32BE(99, 60)
    writeFileSync(file("newer"), bytes)
    for (const open of [CallJournal.layer, CallJournal.layerReader]) {
      assert.match(await refusal(file("newer"), open), /newer\.db: it is of format 99.*Update understudy/)
    }
    assert.deepEqual(readFileSync(file("newer")), bytes)
    assert.deepEqual(
      readdirSync(folder).filter((name) => /^newer.db-/.test(name)),
      [],
    )
  })

  it.each<[string, (path: string) => void]>([
    ["text", (path) => writeFileSync(path, "no database ".repeat(500))],
    ["truncated", (path) => truncateSync(path, 4096 * 3)],
    ["overwritten", (path) => writeFileSync(path, readFileSync(path).fill(0x5a, 4096))],
  ])("that is damaged (%s) is refused and left as it was", async (name, harm) => {
    const path = file(`damaged-${name}`)
    await fill(path, ["a", "b"])
    harm(path)
    const before = readFileSync(path)
    assert.match(await refusal(path), /can't be opened as a database \(.*Move it away/)
    assert.deepEqual(readFileSync(path), before)
  })

  it("is read without being written, and answers or misses", async () => {
    await fill(file("read"), ["a"])
    const before = readFileSync(file("read"))
    const [hit, miss, lost] = await withReader(file("read"), (journal) =>
      Effect.all([
        journal.call(answering("a")),
        Effect.flip(journal.call(callOf("b", () => Effect.dieMessage("sent")))),
        journal.lost,
      ]),
    )
    assert.deepEqual([hit.source, miss._tag, lost], ["journal", "OfflineMiss", []])
    assert.deepEqual(readFileSync(file("read")), before)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("read.db")),
      ["read.db"],
    )
  })

  it("can be read while it is written", async () => {
    const seen = await withJournal(file("both"), (journal) =>
      Effect.zipRight(
        journal.call(answering("a")),
        Effect.promise(() => withReader(file("both"), (other) => other.find(keyOf("a")))),
      ),
    )
    assert.isTrue(Option.isSome(seen))
  })

  it("that isn't there reads as an empty journal and is not made", async () => {
    assert.deepEqual(await withReader(file("none"), (journal) => journal.totals), [])
    assert.isFalse(existsSync(file("none")))
  })

  it("can be read on a read-only file system", async (context) => {
    const source = await onTmpfs(4096, async (path) => {
      await fill(join(path, "j.db"), ["a"])
      execFileSync("mount", ["-o", "remount,ro", path])
      const hit = await withReader(join(path, "j.db"), (journal) => journal.call(answering("a")))
      assert.match(await refusal(join(path, "j.db")), /can't be written.*--home/)
      return hit.source
    })
    if (source === undefined) context.skip()
    assert.strictEqual(source, "journal")
  })

  it("on a full disk refuses the call, keeps what was kept, and goes on when there is room", async (context) => {
    const result = await onTmpfs(1024, async (path) => {
      const journal = join(path, "j.db")
      const ballast = join(path, "ballast")
      const noise = (index: number) => Array.from({ length: 40 }, (_, part) => keyOf(`${index}.${part}`)).join("")
      const call = (index: number) => callOf(`${index}`, () => Effect.succeed(sent(noise(index))))
      writeFileSync(ballast, Buffer.alloc(200_000))
      const results = await withJournal(journal, ({ call: run }) =>
        Effect.forEach(
          Array.from({ length: 400 }, (_, index) => index),
          (index) => Effect.either(run(call(index))),
        ),
      )
      rmSync(ballast)
      const kept = results.findIndex(Either.isLeft)
      const again = await withJournal(journal, ({ call: run }) =>
        Effect.forEach(
          Array.from({ length: kept }, (_, index) => index),
          (index) => run(call(index)),
        ),
      )
      const next = await withJournal(journal, ({ call: run }) => run(call(kept)))
      return { failure: results[kept], again, next }
    })
    if (result === undefined) return context.skip()
    assert.match(
      result.failure && Either.isLeft(result.failure) ? result.failure.left.message : "",
      /disk is full\. Free some space/,
    )
    assert.isAbove(result.again.length, 0)
    assert.isTrue(result.again.every(({ source }) => source === "journal"))
    assert.strictEqual(result.next.source, "sent")
  })
})

describe("an exported journal", () => {
  it("holds all answers, the sums and the failures, and is the same file each time", async () => {
    const path = file("source")
    await fill(path, ["a", "b", "c"])
    await withJournal(path, (journal) =>
      Effect.zipRight(journal.exportTo(file("pack1")), journal.exportTo(file("pack2"))),
    )
    await withReader(path, (journal) => journal.exportTo(file("pack3")))
    assert.deepEqual(readFileSync(file("pack1")), readFileSync(file("pack2")))
    assert.deepEqual(readFileSync(file("pack1")), readFileSync(file("pack3")))
    const shipped = join(folder, "shipped")
    mkdirSync(shipped)
    cpSync(file("pack1"), join(shipped, "journal.db"))
    const [answers, totals] = await withReader(join(shipped, "journal.db"), (journal) =>
      Effect.all([Effect.forEach(["a", "b", "c"], (name) => journal.call(answering(name))), journal.totals]),
    )
    assert.deepEqual(
      answers.map(({ answer, source }) => [answer, source]),
      ["a", "b", "c"].map((name) => [`answer to ${name}`, "journal"]),
    )
    assert.deepInclude(totals[0], { calls: 3, micros: 21 })
    assert.deepEqual(readdirSync(shipped), ["journal.db"])
  })

  it("of some steps holds what they used, also where another step paid", async () => {
    const judge = { step: "Judge/v1-b", role: "judge" } as const
    await withJournal(file("steps"), (journal) =>
      Effect.gen(function* () {
        for (const name of ["a", "b"]) yield* journal.call(answering(name))
        for (const name of ["b", "c"]) yield* journal.call(answering(name, judge))
        yield* journal.exportTo(file("steps-pack"), [judge.step])
      }),
    )
    const [keys, a, totals] = await withReader(file("steps-pack"), (journal) =>
      Effect.all([journal.keysOf(judge.step), journal.find(keyOf("a")), journal.totals]),
    )
    assert.sameMembers([...keys], ["b", "c"].map(keyOf))
    assert.isTrue(Option.isNone(a))
    assert.deepEqual(
      totals.map(({ step, calls, micros }) => [step, calls, micros]),
      [
        ["Judge/v1-b", 1, 7],
        ["Rollout/v1-a", 0, 0],
      ],
    )
  })
})
