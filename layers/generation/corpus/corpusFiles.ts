/** The files of a corpus: one, or all of a folder by name. */
import { Effect, Schema } from "effect"
import { readdir, stat } from "node:fs/promises"
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
      try: async () => ((await stat(path)).isDirectory() ? await readdir(path, { recursive: true }) : undefined),
      catch: (error) =>
        UnreadableFile.make({ file: path, line: 0, reason: error instanceof Error ? error.message : String(error) }),
    })
    if (names === undefined) return [path]
    const logs = names.filter(isVisible).filter((name) => endings.some((ending) => name.endsWith(ending)))
    return logs.length > 0 ? logs.sort().map((name) => join(path, name)) : yield* NoLogs.make({ folder: path })
  })

/** No part of the path begins with a dot. */
const isVisible = (name: string) => !name.split(/[\\/]/).some((part) => part.startsWith("."))
