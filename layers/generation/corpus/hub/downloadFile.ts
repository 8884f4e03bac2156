/** One file of the hub, into place: from where an earlier attempt stopped, checked before it gets its name. */
import { Effect } from "effect"
import { createHash } from "node:crypto"
import type { Hash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, open, rename, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { pipeline } from "node:stream/promises"
import { StorageFailed } from "../../../../src/journal/ArtifactErrors.ts"
import { at, HubDamaged, HubUnavailable, ofStatus, ofThrown } from "./hubErrors.ts"
import type { Place } from "./hubErrors.ts"

export interface HubFile {
  /** In the data set. */
  readonly path: string
  readonly bytes: number
  /** SHA-256 of a large file's content, or git's SHA-1 of a small one. */
  readonly checksum: { readonly kind: "sha256" | "git-sha1"; readonly hex: string }
}

type Get = (from: number) => Promise<Response>

/** Does nothing where the file is in place. `get` asks for the content from a byte on. */
export const downloadFile = Effect.fn("downloadFile")(function* (
  { path, bytes, checksum }: HubFile,
  target: string,
  place: Place,
  get: Get,
) {
  if ((yield* sizeOf(target)) === bytes) return
  const incomplete = `${target}.incomplete`
  yield* onDisk(incomplete, () => mkdir(dirname(target), { recursive: true }))
  if ((yield* sizeOf(incomplete)) > bytes) yield* onDisk(incomplete, () => rm(incomplete))
  const done = yield* sizeOf(incomplete)
  if (done < bytes) yield* append(path, incomplete, done, place, get)
  const size = yield* sizeOf(incomplete)
  if (size < bytes) {
    return yield* HubUnavailable.make(at(place, `${path} broke off after ${size} of ${bytes} bytes`))
  }
  const hash = checksum.kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${bytes}\0`)
  const found = yield* onDisk(incomplete, () => hashed(incomplete, hash))
  if (found !== checksum.hex || size !== bytes) {
    yield* onDisk(incomplete, () => rm(incomplete))
    return yield* HubDamaged.make(at(place, `the checksum of ${path} is ${found}, not ${checksum.hex}`))
  }
  yield* onDisk(target, () => rename(incomplete, target))
})

const append = (path: string, incomplete: string, done: number, place: Place, get: Get) =>
  Effect.gen(function* () {
    const response = yield* Effect.tryPromise({ try: () => get(done), catch: (error) => ofThrown(place, error, path) })
    if (!response.ok || response.body === null) return yield* ofStatus(place, response.status, path)
    // A server that does not know ranges sends everything again.
    const flags = response.status === 206 ? "a" : "w"
    const body = response.body
    yield* Effect.tryPromise({
      try: async () => {
        const file = await open(incomplete, flags)
        try {
          for await (const piece of body) await file.appendFile(piece as Uint8Array)
          await file.sync()
        } finally {
          await file.close()
        }
      },
      catch: (error) => (isOfDisk(error) ? storageFailed(incomplete, error) : ofThrown(place, error, path)),
    })
  })

const hashed = async (file: string, hash: Hash) => {
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest("hex")
}

const sizeOf = (file: string): Effect.Effect<number, StorageFailed> =>
  Effect.catchIf(
    onDisk(file, async () => (await stat(file)).size),
    ({ code }) => code === "ENOENT",
    () => Effect.succeed(0),
  )

const onDisk = <A>(file: string, run: () => Promise<A>) =>
  Effect.tryPromise({ try: run, catch: (error) => storageFailed(file, error) })

const storageFailed = (path: string, error: unknown) =>
  StorageFailed.make({ path, code: codeOf(error) ?? "unknown", detail: String(error) })

/** Failing files say which system call failed; what breaks in a connection comes as a TypeError of `fetch`. */
const isOfDisk = (error: unknown) => error instanceof Error && "syscall" in error && !(error instanceof TypeError)

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : undefined)
