/** Downloads a data set of the Hugging Face hub into a folder, once: what is there whole is not asked for again. */
import { listFiles } from "@huggingface/hub"
import { Effect, Schedule, Schema } from "effect"
import type { Duration, Option, Redacted } from "effect"
import { readFile, rename, writeFile, mkdir } from "node:fs/promises"
import { join, posix } from "node:path"
import { StorageFailed } from "../../../../src/journal/ArtifactErrors.ts"
import { endings } from "../corpusFiles.ts"
import { downloadFile } from "./downloadFile.ts"
import type { HubFile } from "./downloadFile.ts"
import type { HubDataset } from "./HubDataset.ts"
import { hubAccess } from "./hubAccess.ts"
import { at, HubNotFound, ofThrown } from "./hubErrors.ts"
import type { Place } from "./hubErrors.ts"

export interface DownloadOptions {
  /** Downloads of all data sets are below it. */
  readonly folder: string
  /** Such as https://huggingface.co. A user and password in it are sent where there is no token. */
  readonly endpoint: string
  readonly token: Option.Option<Redacted.Redacted>
  /** First pause after a broken connection; it doubles. Default a second. */
  readonly pause?: Duration.DurationInput
  readonly say?: (line: string) => Effect.Effect<void>
}

/** The folder with the data set's files at that commit. A commit's files never change, so their list is kept. */
export const download = Effect.fn("download")(function* (dataset: HubDataset, options: DownloadOptions) {
  const { repo, revision, path } = dataset
  const { endpoint, secrets, send } = yield* hubAccess(options.endpoint, options.token)
  const place: Place = { endpoint, repo, secrets }
  const folder = join(options.folder, repo.replace("/", "--"), revision)
  const again = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>) =>
    Effect.retry(effect, {
      schedule: pauses(options.pause ?? "1 second"),
      while: ({ _tag }) => _tag === "HubUnavailable",
    })
  const listing = join(folder, ".listing", `${encodeURIComponent(path) || "all"}.json`)
  const files = yield* Effect.orElse(readListing(listing), () =>
    again(list(dataset, place, send)).pipe(Effect.tap((found) => writeListing(listing, found))),
  )
  if (files.length === 0) {
    return yield* HubNotFound.make(at(place, `it has no ${endings.join(", ")} below "${path}" at ${revision}`))
  }
  for (const [index, file] of files.entries()) {
    const url = `${endpoint}/datasets/${repo}/resolve/${revision}/${file.path.split("/").map(encodeURIComponent).join("/")}`
    yield* options.say?.(`${repo}: file ${index + 1} of ${files.length}, ${file.path}`) ?? Effect.void
    yield* again(
      downloadFile(file, join(folder, file.path), place, (from) =>
        send(url, from === 0 ? {} : { headers: { range: `bytes=${from}-` } }),
      ),
    )
  }
  return join(folder, path)
})

const pauses = (first: Duration.DurationInput) => Schedule.intersect(Schedule.exponential(first), Schedule.recurs(5))

const list = ({ repo, revision, path }: HubDataset, place: Place, send: typeof fetch) =>
  Effect.tryPromise({
    try: async () => {
      const files: Array<HubFile> = []
      const asked = {
        repo: { type: "dataset", name: repo },
        recursive: true,
        revision,
        hubUrl: place.endpoint,
      } as const
      for await (const entry of listFiles({ ...asked, fetch: send, ...(path === "" ? {} : { path }) })) {
        const name = posix.normalize(entry.path)
        if (entry.type !== "file" || name.startsWith("..") || !endings.some((ending) => name.endsWith(ending))) continue
        const checksum =
          entry.lfs === undefined
            ? ({ kind: "git-sha1", hex: entry.oid ?? "" } as const)
            : ({ kind: "sha256", hex: entry.lfs.oid } as const)
        files.push({ path: name, bytes: entry.lfs?.size ?? entry.size, checksum })
      }
      return files
    },
    catch: (error) => ofThrown(place, error, "the list of files"),
  })

const Listing = Schema.parseJson(
  Schema.Array(
    Schema.Struct({
      path: Schema.String,
      bytes: Schema.Int,
      checksum: Schema.Struct({ kind: Schema.Literal("sha256", "git-sha1"), hex: Schema.String }),
    }),
  ),
)

const readListing = (file: string) =>
  Effect.flatMap(
    Effect.tryPromise(() => readFile(file, "utf8")),
    Schema.decode(Listing),
  )

const writeListing = (file: string, files: ReadonlyArray<HubFile>) =>
  Effect.tryPromise({
    try: async () => {
      await mkdir(join(file, ".."), { recursive: true })
      await writeFile(`${file}.tmp`, JSON.stringify(files))
      await rename(`${file}.tmp`, file)
    },
    catch: (error) => StorageFailed.make({ path: file, code: "unknown", detail: String(error) }),
  })
