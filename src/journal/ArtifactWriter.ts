/**
 * Writes an artifact piece by piece, hashing on the way: under a temporary name, flushed, then renamed to its content's
 * name. What a crash leaves under a temporary name is removed by the next writer.
 */
import { Effect, Schema } from "effect"
import type { Scope } from "effect"
import { createHash } from "node:crypto"
import { mkdir, open, readdir, rename, rm } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Sha256 } from "../domain/Artifact.ts"
import type { ArtifactRef } from "../domain/Artifact.ts"
import { StorageFailed } from "./ArtifactErrors.ts"

export interface ArtifactWriter {
  /** Comes back when what was written before is; the bytes must not be changed afterwards. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void, StorageFailed>
  /** Durable when it returns. Nothing may be written afterwards. */
  readonly finish: Effect.Effect<ArtifactRef, StorageFailed>
}

/** An artifact that was not finished when the scope closes is forgotten. */
export const artifactWriter = (
  folder: string,
  pathOf: (ref: ArtifactRef) => string,
): Effect.Effect<ArtifactWriter, StorageFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const temporary = join(folder, temporaries, `${process.pid}-${(opened += 1)}`)
    const file = yield* Effect.acquireRelease(
      io(temporary, async () => {
        await removeLeft(folder)
        return open(temporary, "wx")
      }),
      (file) => Effect.promise(() => discard(file, temporary)),
    )
    const hash = createHash("sha256")
    let bytes = 0
    let written = Promise.resolve()
    let flushed = Promise.resolve()
    return {
      write: (piece) =>
        io(temporary, async () => {
          const before = written
          written = before.then(() => writeAll(file, piece))
          // Whoever writes or finishes next hears of it.
          written.catch(() => undefined)
          hash.update(piece)
          if (Math.floor((bytes + piece.length) / flushBytes) > Math.floor(bytes / flushBytes)) {
            flushed = Promise.all([flushed, written]).then(() => file.datasync())
            flushed.catch(() => undefined)
          }
          bytes += piece.length
          await before
        }),
      finish: io(temporary, async () => {
        const ref = { sha256: Sha256.make(hash.digest("hex")), bytes }
        await Promise.all([written, flushed])
        await file.sync()
        await file.close()
        await mkdir(dirname(pathOf(ref)), { recursive: true })
        await rename(temporary, pathOf(ref))
        return ref
      }),
    }
  })

/** What file operations fail with, as an error that says which file and what to do. */
export const io = <A>(path: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (error) => storageFailed(path, error) })

export const storageFailed = (path: string, error: unknown): StorageFailed => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown"
  return StorageFailed.make({ path, code, detail: String(error) })
}

/** No two digits, so never the head of an artifact's name. */
const temporaries = "writing"

let opened = 0

/** Flushed after so many bytes while more are made, so that little is left to wait for in the end. */
const flushBytes = 1 << 24

/** A home has one writer: what bears another process's id is nobody's. */
const removeLeft = async (folder: string) => {
  const path = join(folder, temporaries)
  await mkdir(path, { recursive: true })
  const left = (await readdir(path)).filter((name) => !name.startsWith(`${process.pid}-`))
  await Promise.all(left.map((name) => rm(join(path, name), { force: true })))
}

/** One call may write less than it was given. */
const writeAll = async (file: FileHandle, piece: Uint8Array) => {
  for (let done = 0; done < piece.length;) done += (await file.write(piece, done)).bytesWritten
}

const discard = async (file: FileHandle, temporary: string) => {
  await file.close().catch(() => undefined)
  await rm(temporary, { force: true }).catch(() => undefined)
}

/** Whether this is the name of an artifact. */
export const isSha256 = Schema.is(Sha256)
