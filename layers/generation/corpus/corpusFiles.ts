/** The files of a corpus: one, or all of a folder by name. */
import { Effect, Schema } from "effect"
import { readdir, realpath, stat } from "node:fs/promises"
import { join } from "node:path"
import { UnreadableFile } from "./rowErrors.ts"

/** A folder in which there is nothing to read. */
export class NoLogs extends Schema.TaggedError<NoLogs>()("NoLogs", { folder: Schema.String }) {
  override get message() {
    return `There are no logs in ${this.folder}: no file below it ends in ${endings.join(", ")}.`
  }
}

/** Of files that hold logs. */
export const endings = [".jsonl", ".jsonl.gz", ".parquet"]

/** A file as it is, whatever its name; of a folder those below it that hold logs, sorted by their paths. */
export const corpusFiles = (path: string): Effect.Effect<ReadonlyArray<string>, UnreadableFile | NoLogs> =>
  Effect.gen(function* () {
    const names = yield* Effect.tryPromise({
      try: () => filesBelow(path, isLog),
      catch: (error) =>
        UnreadableFile.make({ file: path, line: 0, reason: error instanceof Error ? error.message : String(error) }),
    })
    if (names === undefined) return [path]
    return names.length > 0 ? names.map((name) => join(path, name)) : yield* NoLogs.make({ folder: path })
  })

/** What a corpus reads of a folder, by its name. */
export const isLog = (name: string): boolean => endings.some((ending) => name.endsWith(ending))

/**
 * The paths of files below a folder, from it, sorted; undefined for a file. Links are followed, and what begins with a
 * dot is passed over. Fails with the system's error, also for a link to nothing, and for links in a circle.
 */
export const filesBelow = async (path: string, isWanted: Wanted): Promise<ReadonlyArray<string> | undefined> =>
  (await stat(path)).isDirectory() ? (await below(path, isWanted, "", [])).toSorted() : undefined

type Wanted = (name: string) => boolean

const below = async (
  folder: string,
  isWanted: Wanted,
  prefix: string,
  above: ReadonlyArray<string>,
): Promise<ReadonlyArray<string>> => {
  const here = join(folder, prefix)
  const real = await realpath(here)
  if (above.includes(real)) throw new Error(`a link leads from ${here} back to a folder that it is in: remove the link`)
  const found: Array<string> = []
  for (const entry of await readdir(here, { withFileTypes: true })) {
    if (entry.name.startsWith(".")) continue
    const name = join(prefix, entry.name)
    const isFolder = entry.isSymbolicLink() ? (await stat(join(folder, name))).isDirectory() : entry.isDirectory()
    if (isFolder) found.push(...(await below(folder, isWanted, name, [...above, real])))
    else if (isWanted(name)) found.push(name)
  }
  return found
}
