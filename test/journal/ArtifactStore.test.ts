import { Effect, Either, Stream } from "effect"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { isLoss } from "../../src/journal/ArtifactErrors.ts"
import { ArtifactStore, isThere } from "../../src/journal/ArtifactStore.ts"

const folder = mkdtempSync(join(tmpdir(), "understudy-artifacts-"))
afterAll(() => rmSync(folder, { recursive: true }))

const bytes = (text: string) => new TextEncoder().encode(text)

const use = <A, E>(
  name: string,
  work: (store: typeof ArtifactStore.Service) => Effect.Effect<A, E>,
  layer = ArtifactStore.layer,
): Promise<Either.Either<A, E>> =>
  Effect.flatMap(ArtifactStore, work).pipe(Effect.either, Effect.provide(layer(join(folder, name))), Effect.runPromise)

const failure = <A, E extends { readonly message: string }>(result: Either.Either<A, E>) =>
  Either.isLeft(result) ? result.left.message : "no error"

describe("ArtifactStore", () => {
  it("gives back what was put, under the SHA-256 of its content", async () => {
    const result = await use("whole", (store) =>
      Effect.flatMap(store.put(bytes("hello")), (ref) => Effect.map(store.get(ref), (content) => ({ ref, content }))),
    )
    const { ref, content } = Either.getOrThrow(result)
    // printf hello | sha256sum
    assert.strictEqual(ref.sha256, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
    assert.deepEqual([ref.bytes, new TextDecoder().decode(content)], [5, "hello"])
    assert.deepEqual(readdirSync(join(folder, "whole", "2c")), [ref.sha256.slice(2)])
  })

  it("takes equal content from several at once", async () => {
    const result = await use("twice", (store) =>
      Effect.forEach(Array.from({ length: 8 }), () => store.put(bytes("hello")), { concurrency: "unbounded" }),
    )
    assert.strictEqual(new Set(Either.getOrThrow(result).map(({ sha256 }) => sha256)).size, 1)
    assert.strictEqual(readdirSync(join(folder, "twice", "2c")).length, 1)
  })

  it("finds a changed and a truncated file on reading, and a missing one", async () => {
    const damage = (name: string, harm: (path: string) => void) =>
      use(name, (store) =>
        Effect.flatMap(store.put(bytes("hello")), (ref) => {
          harm(store.path(ref))
          return store.get(ref)
        }),
      )
    const messages = [
      failure(await damage("changed", (path) => writeFileSync(path, "jello"))),
      failure(await damage("short", (path) => truncateSync(path, 3))),
      failure(await damage("gone", (path) => rmSync(path))),
    ]
    assert.match(messages[0] ?? "", /another SHA-256\)\. It was moved to .*\.damaged\. Run the experiment again/)
    assert.match(messages[1] ?? "", /3 bytes instead of 5/)
    assert.match(messages[2] ?? "", /is missing\. Run the experiment again/)
    assert.deepEqual(messages.map(isLoss), [true, true, true])
  })

  it("moves a damaged file aside for a writer, and leaves it to a reader", async () => {
    const ref = Either.getOrThrow(await use("aside", (store) => store.put(bytes("hello"))))
    const path = join(folder, "aside", "2c", ref.sha256.slice(2))
    writeFileSync(path, "jello")
    const read = use("aside", (store) => store.get(ref), ArtifactStore.layerReader)
    assert.match(failure(await read), /another SHA-256\)\. Delete it and run the experiment again/)
    assert.isTrue(Either.getOrThrow(await use("aside", (store) => isThere(store, ref))))
    assert.match(failure(await use("aside", (store) => store.get(ref))), /was moved/)
    assert.isFalse(Either.getOrThrow(await use("aside", (store) => isThere(store, ref))))
    assert.strictEqual(readFileSync(`${path}.damaged`, "utf8"), "jello")
  })

  it("repairs a truncated and a changed file when its content is put again", async () => {
    const result = await use("repaired", (store) =>
      Effect.gen(function* () {
        const ref = yield* store.put(bytes("hello"))
        truncateSync(store.path(ref), 2)
        yield* store.put(bytes("hello"))
        yield* store.get(ref)
        writeFileSync(store.path(ref), "jello")
        yield* store.put(bytes("hello"))
        return new TextDecoder().decode(yield* store.get(ref))
      }),
    )
    assert.strictEqual(Either.getOrThrow(result), "hello")
  })

  it("says that a folder can't be written", async () => {
    writeFileSync(join(folder, "file"), "")
    assert.match(failure(await use("file", (store) => store.put(bytes("x")))), /file\/.* can't be used: .*ENOTDIR/)
  })
})

describe("an artifact in pieces", () => {
  const pieces = Array.from({ length: 40 }, (_, i) => bytes(String(i).repeat(50_000)))
  const whole = Buffer.concat(pieces)
  const written = (store: typeof ArtifactStore.Service) =>
    Effect.scoped(
      Effect.gen(function* () {
        const writer = yield* store.writer
        yield* Effect.forEach(pieces, writer.write)
        return yield* writer.finish
      }),
    )
  const read = (store: typeof ArtifactStore.Service, ref: ArtifactRef) =>
    Effect.map(Stream.runCollect(store.stream(ref)), (chunks) => Buffer.concat([...chunks]))

  it("is the same as in one, and is read in pieces", async () => {
    const result = await use("pieces", (store) =>
      Effect.gen(function* () {
        const ref = yield* written(store)
        return { ref, put: yield* store.put(whole), read: yield* read(store, ref) }
      }),
    )
    const { ref, put, read: content } = Either.getOrThrow(result)
    assert.deepEqual(ref, put)
    assert.isTrue(whole.equals(content))
    assert.deepEqual(readdirSync(join(folder, "pieces", "writing")), [])
  })

  it("leaves nothing when it is not finished, and takes away what a crash left", async () => {
    const left = join(folder, "left", "writing", "0-1")
    mkdirSync(join(folder, "left", "writing"), { recursive: true })
    writeFileSync(left, "half")
    await use("left", (store) => Effect.scoped(Effect.flatMap(store.writer, ({ write }) => write(bytes("half")))))
    assert.deepEqual(readdirSync(join(folder, "left", "writing")), [])
    assert.deepEqual(Either.getOrThrow(await use("left", (store) => store.like(""))), [])
  })

  it("fails at the end where it is damaged, and at once where it is missing", async () => {
    const damage = (name: string, harm: (path: string) => void) =>
      use(name, (store) =>
        Effect.flatMap(written(store), (ref) => {
          harm(store.path(ref))
          return read(store, ref)
        }),
      )
    const messages = [
      failure(await damage("changedPieces", (path) => writeFileSync(path, whole.fill(32, 0, 9)))),
      failure(await damage("shortPieces", (path) => truncateSync(path, 3))),
      failure(await damage("gonePieces", (path) => rmSync(path))),
    ]
    assert.match(messages[0] ?? "", /another SHA-256\)\. It was moved to .*\.damaged/)
    assert.match(messages[1] ?? "", /3 bytes instead of/)
    assert.deepEqual(messages.map(isLoss), [true, true, true])
  })
})
