/**
 * Immutable files by content: `artifacts/ab/cdef...`. A file is written under a temporary name, flushed and renamed,
 * so a name that exists is whole; it is verified on every read all the same.
 */
import { Context, Effect, Layer, Schema } from "effect"
import { createHash } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { ArtifactRef, Sha256 } from "../domain/Artifact.ts"

/** The file is not in the store. */
export class ArtifactMissing extends Schema.TaggedError<ArtifactMissing>()("ArtifactMissing", {
  path: Schema.String,
}) {
  override get message() {
    return `The artifact ${this.path} is missing. Run the experiment again: the step that made it is redone from the journal.`
  }
}

/** The file's content is not what its name says. */
export class ArtifactCorrupt extends Schema.TaggedError<ArtifactCorrupt>()("ArtifactCorrupt", {
  path: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `The artifact ${this.path} is damaged (${this.detail}). Delete it and run the experiment again: the step that made it is redone from the journal.`
  }
}

/** The store can't be written or read: disk full, read-only folder, no permission. */
export class StorageFailed extends Schema.TaggedError<StorageFailed>()("StorageFailed", {
  path: Schema.String,
  code: Schema.String,
  detail: Schema.String,
}) {
  override get message() {
    return `${this.path} can't be used: ${advice[this.code] ?? this.detail}`
  }
}

export class ArtifactStore extends Context.Tag("understudy/journal/ArtifactStore")<
  ArtifactStore,
  {
    /** Durable when it returns. Writing content that is there already costs only a look. */
    readonly put: (content: Uint8Array) => Effect.Effect<ArtifactRef, StorageFailed>
    readonly get: (ref: ArtifactRef) => Effect.Effect<Uint8Array, ArtifactMissing | ArtifactCorrupt | StorageFailed>
    /** Artifacts whose SHA-256 begins with these hex digits, in order. Not verified. */
    readonly like: (prefix: string) => Effect.Effect<ReadonlyArray<ArtifactRef>, StorageFailed>
    /** Where the file lies, for programs that read it themselves. Not verified. */
    readonly path: (ref: ArtifactRef) => string
  }
>() {
  static readonly layer = (folder: string) => Layer.succeed(ArtifactStore, make(folder))
}

const make = (folder: string): Context.Tag.Service<ArtifactStore> => {
  const pathOf = ({ sha256 }: ArtifactRef) => join(folder, sha256.slice(0, 2), sha256.slice(2))

  const put = Effect.fn("ArtifactStore.put")(function* (content: Uint8Array) {
    const ref = refOf(content)
    const path = pathOf(ref)
    const size = yield* Effect.option(io(path, () => stat(path)))
    if (size._tag === "Some" && size.value.size === ref.bytes) return ref
    yield* Effect.tapError(
      io(path, () => write(path, content)),
      () => Effect.promise(() => rm(temporary(path), { force: true }).catch(() => undefined)),
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
    if (content.length !== ref.bytes) {
      return yield* ArtifactCorrupt.make({ path, detail: `${content.length} bytes instead of ${ref.bytes}` })
    }
    if (refOf(content).sha256 !== ref.sha256) {
      return yield* ArtifactCorrupt.make({ path, detail: "its content has another SHA-256" })
    }
    return content
  })

  const like = (prefix: string) =>
    io(folder, async () => {
      const heads = (await entries(folder)).filter((head) => head.startsWith(prefix.slice(0, 2)))
      const names = await Promise.all(
        heads.map(async (head) => (await entries(join(folder, head))).map((rest) => head + rest)),
      )
      const found = names.flat().filter((name) => Schema.is(Sha256)(name) && name.startsWith(prefix))
      return Promise.all(
        found.sort().map(async (name) => {
          const sha256 = Sha256.make(name)
          const { size } = await stat(pathOf({ sha256, bytes: 0 }))
          return { sha256, bytes: size }
        }),
      )
    })

  return { put, get, like, path: pathOf }
}

/** Of a folder; a folder that isn't there has none. */
const entries = (folder: string) =>
  readdir(folder).catch((error: { readonly code?: string }) => {
    if (error.code === "ENOENT") return []
    throw error
  })

const refOf = (content: Uint8Array): ArtifactRef => ({
  sha256: Sha256.make(createHash("sha256").update(content).digest("hex")),
  bytes: content.length,
})

/** One writer for each home, and equal content in equal names: the process id is enough. */
const temporary = (path: string) => `${path}.${process.pid}.tmp`

const write = async (path: string, content: Uint8Array) => {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(temporary(path), "w")
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary(path), path)
}

const io = <A>(path: string, run: () => Promise<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
      return StorageFailed.make({ path, code, detail: String(error) })
    },
  })

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Free some space and run the same command again.",
  EROFS: "the file system is read-only. Choose a home that can be written with --home.",
  EACCES: "permission is denied. Choose a home that can be written with --home.",
}
