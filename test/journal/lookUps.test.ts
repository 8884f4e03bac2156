import { Effect, Option } from "effect"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import { ArtifactStore } from "../../src/index.ts"
import { ContextOverflow, Unavailable } from "../../src/domain/LlmError.ts"
import * as ProcessLock from "../../src/journal/ProcessLock.ts"
import { answering, callOf, keyOf, sent, withJournal, withReader } from "./journalFixtures.ts"

const root = mkdtempSync(join(tmpdir(), "understudy-lookups-"))
afterAll(() => rmSync(root, { recursive: true }))

const where = { endpoint: "e", model: "m", detail: "too long" }

describe("the journal", () => {
  it("finds keys by their beginning, of any length", async () => {
    const file = join(root, "keys.db")
    const names = ["a", "b", "c", "d", "e"]
    const found = await withJournal(file, (journal) =>
      Effect.gen(function* () {
        for (const name of names) yield* journal.call(answering(name))
        const key = keyOf("c")
        const lengths = [1, 7, 8, 63, 64]
        return yield* Effect.forEach(lengths, (length) => journal.keysLike(key.slice(0, length), 10))
      }),
    )
    assert.isTrue(found.every((keys) => keys.includes(keyOf("c"))))
    assert.deepEqual(found.at(-1), [keyOf("c")])
    const all = await withReader(file, (journal) => journal.keysLike("", 3))
    assert.deepEqual(all, names.map(keyOf).sort().slice(0, 3))
  })

  it("tells of the calls that failed and never succeeded since, by their last failure", async () => {
    const rows = await withJournal(join(root, "failures.db"), (journal) =>
      Effect.gen(function* () {
        const overflow = callOf<ContextOverflow>("long", ({ begin }) =>
          Effect.zipRight(Effect.orDie(begin), ContextOverflow.make(where)),
        )
        const mended = callOf<Unavailable>("mended", ({ begin, failed }) =>
          Effect.gen(function* () {
            yield* begin
            yield* failed(Unavailable.make(where))
            yield* begin
            return sent("at last")
          }).pipe(Effect.orDie),
        )
        yield* Effect.ignore(journal.call(overflow))
        yield* Effect.ignore(journal.call(overflow))
        yield* journal.call(mended)
        yield* Effect.ignore(journal.call({ ...overflow, key: keyOf("other"), step: "Other/v1-b" }))
        return yield* journal.lastFailures
      }),
    )
    assert.deepEqual(
      rows.map(({ step, key, reason, errorKind }) => [step, key, reason, errorKind]),
      [
        ["Rollout/v1-a", keyOf("long"), "ContextOverflow", "data"],
        ["Other/v1-b", keyOf("other"), "ContextOverflow", "data"],
      ],
    )
  })
})

describe("the artifact store", () => {
  it("finds artifacts by the beginning of their hash", async () => {
    const [whole, none, all, empty] = await Effect.gen(function* () {
      const store = yield* ArtifactStore
      const ref = yield* store.put(Buffer.from("hello"))
      yield* store.put(Buffer.from("other"))
      const nowhere = yield* Effect.provide(ArtifactStore, ArtifactStore.layer(join(root, "nowhere")))
      return [
        yield* store.like(ref.sha256.slice(0, 9)),
        yield* store.like("ffffffff"),
        yield* store.like(""),
        yield* nowhere.like("ab"),
      ] as const
    }).pipe(Effect.provide(ArtifactStore.layer(join(root, "artifacts"))), Effect.runPromise)
    assert.deepEqual(
      whole.map(({ bytes }) => bytes),
      [5],
    )
    assert.deepEqual([none, all.length, empty], [[], 2, []])
  })
})

describe("the lock of a home", () => {
  it("tells who holds it, and doesn't keep a writer out by looking", async () => {
    const home = join(root, "locked")
    mkdirSync(home)
    const look = ProcessLock.holderOf(home)
    const [before, during, after] = await Effect.gen(function* () {
      const before = yield* look
      const during = yield* Effect.scoped(Effect.zipRight(ProcessLock.acquire(home), look))
      return [before, during, yield* look] as const
    }).pipe(Effect.runPromise)
    assert.deepEqual([before, after], [Option.none(), Option.none()])
    assert.match(Option.getOrThrow(during), new RegExp(`process ${process.pid}`))
  })
})
