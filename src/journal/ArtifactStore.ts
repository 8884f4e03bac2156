/**
 * Immutable files by content: `artifacts/ab/cdef...`. A file is written under a temporary name, flushed and renamed,
 * so a name that exists is whole; it is verified on every read all the same.
 */
import { Context, Effect, Layer, Option, Stream } from "effect"
import type { Scope } from "effect"
import { createHash } from "node:crypto"
import { createReadStream, statSync } from "node:fs"
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ArtifactRef, Sha256 } from "../domain/Artifact.ts"
import { ArtifactCorrupt, ArtifactMissing } from "./ArtifactErrors.ts"
import type { StorageFailed } from "./ArtifactErrors.ts"
import { artifactWriter, io, isSha256, storageFailed } from "./ArtifactWriter.ts"
import type { ArtifactWriter } from "./ArtifactWriter.ts"

export class ArtifactStore extends Context.Tag("understudy/journal/ArtifactStore")<
  ArtifactStore,
  {
    /** Durable when it returns. Content that is there already is read, and written anew only where it is damaged. */
    readonly put: (content: Uint8Array) => Effect.Effect<ArtifactRef, StorageFailed>
    readonly get: (ref: ArtifactRef) => Effect.Effect<Uint8Array, ArtifactMissing | ArtifactCorrupt | StorageFailed>
    /** For what is too large to hold: written piece by piece. */
    readonly writer: Effect.Effect<ArtifactWriter, StorageFailed, Scope.Scope>
    /** The content in pieces of about a megabyte. A damaged file is known at the end: then the stream fails. */
    readonly stream: (ref: ArtifactRef) => Stream.Stream<Uint8Array, ArtifactMissing | ArtifactCorrupt | StorageFailed>
    /** Artifacts whose SHA-256 begins with these hex digits, in order. Not verified. */
    readonly like: (prefix: string) => Effect.Effect<ReadonlyArray<ArtifactRef>, StorageFailed>
    /** Where the file lies, for programs that read it themselves. Not verified. */
    readonly path: (ref: ArtifactRef) => string
  }
>() {
  /** For the home's one writer. */
  static readonly layer = (folder: string) => Layer.succeed(ArtifactStore, make(folder, moveAside))

  /** For readers, beside a writer or on a read-only folder: damaged files stay where they are. */
  static readonly layerReader = (folder: string) =>
    Layer.succeed(
      ArtifactStore,
      make(folder, () => Effect.succeed({})),
    )
}

/** Whether the file is there in its full length. Its content is verified when it is read. */
export const isThere = (store: typeof ArtifactStore.Service, ref: ArtifactRef): Effect.Effect<boolean> =>
  Effect.try(() => statSync(store.path(ref), { throwIfNoEntry: false })?.size === ref.bytes).pipe(
    Effect.orElseSucceed(() => false),
  )

type OnDamage = (path: string) => Effect.Effect<{ readonly movedTo?: string }>

const moveAside: OnDamage = (path) =>
  Effect.promise(() =>
    rename(path, `${path}.damaged`).then(
      () => ({ movedTo: `${path}.damaged` }),
      () => ({}),
    ),
  )

const make = (folder: string, onDamage: OnDamage): Context.Tag.Service<ArtifactStore> => {
  const pathOf = ({ sha256 }: ArtifactRef) => join(folder, sha256.slice(0, 2), sha256.slice(2))

  const put = Effect.fn("ArtifactStore.put")(function* (content: Uint8Array) {
    const ref = refOf(content)
    const path = pathOf(ref)
    const known = yield* Effect.option(io(path, () => readFile(path)))
    if (Option.isSome(known) && problem(ref, known.value) === undefined) return ref
    const temporary = `${path}.${process.pid}-${(writes += 1)}.tmp`
    yield* Effect.tapError(
      io(path, () => write(path, temporary, content)),
      () => Effect.promise(() => rm(temporary, { force: true }).catch(() => undefined)),
    )
    return ref
  })

  const get = Effect.fn("ArtifactStore.get")(function* (ref: ArtifactRef) {
    const path = pathOf(ref)
    const content = yield* Effect.catchIf(
      io(path, () => readFile(path)),
      (error) => error.code === "ENOENT",
      () => ArtifactMissing.make({ path }),
    )
    const detail = problem(ref, content)
    if (detail === undefined) return content
    return yield* ArtifactCorrupt.make({ path, detail, ...(yield* onDamage(path)) })
  })

  const stream = (ref: ArtifactRef) =>
    Stream.suspend(() => {
      const path = pathOf(ref)
      const hash = createHash("sha256")
      let bytes = 0
      const whole = Effect.suspend(() => {
        const detail = mismatch(ref, bytes, () => hash.digest("hex"))
        if (detail === undefined) return Effect.void
        return Effect.flatMap(onDamage(path), (moved) => ArtifactCorrupt.make({ path, detail, ...moved }))
      })
      return Stream.fromAsyncIterable(createReadStream(path, { highWaterMark: piece }), (error) =>
        storageFailed(path, error),
      ).pipe(
        Stream.map((chunk: Buffer): Uint8Array => {
          hash.update(chunk)
          bytes += chunk.length
          return chunk
        }),
        Stream.mapError((error) => (error.code === "ENOENT" ? ArtifactMissing.make({ path }) : error)),
        Stream.concat(Stream.execute(whole)),
      )
    })

  const like = (prefix: string) =>
    io(folder, async () => {
      const heads = (await entries(folder)).filter((head) => head.startsWith(prefix.slice(0, 2)))
      const names = await Promise.all(
        heads.map(async (head) => (await entries(join(folder, head))).map((rest) => head + rest)),
      )
      const found = names.flat().filter((name) => isSha256(name) && name.startsWith(prefix))
      return Promise.all(
        found.sort().map(async (name) => {
          const sha256 = Sha256.make(name)
          const { size } = await stat(pathOf({ sha256, bytes: 0 }))
          return { sha256, bytes: size }
        }),
      )
    })

  return { put, get, writer: artifactWriter(folder, pathOf), stream, like, path: pathOf }
}

/** Of a folder; a folder that isn't there has none. */
const entries = (folder: string) =>
  readdir(folder).catch((error: { readonly code?: string }) => {
    if (error.code === "ENOENT") return []
    throw error
  })

const problem = (ref: ArtifactRef, content: Uint8Array): string | undefined =>
  mismatch(ref, content.length, () => refOf(content).sha256)

const mismatch = (ref: ArtifactRef, bytes: number, sha256: () => string): string | undefined => {
  if (bytes !== ref.bytes) return `${bytes} bytes instead of ${ref.bytes}`
  return sha256() === ref.sha256 ? undefined : "its content has another SHA-256"
}

/** Bytes read at once. */
const piece = 1 << 20

const refOf = (content: Uint8Array): ArtifactRef => ({
  sha256: Sha256.make(createHash("sha256").update(content).digest("hex")),
  bytes: content.length,
})

/** Of this process: equal content may be written twice at once, each under a name of its own. */
let writes = 0

const write = async (path: string, temporary: string, content: Uint8Array) => {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(temporary, "w")
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}
