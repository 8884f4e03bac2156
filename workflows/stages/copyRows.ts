/** Copies rows of a corpus artifact into a new one, in any order. */
import { Effect } from "effect"
import { closeSync, openSync, readSync } from "node:fs"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { storageFailed } from "../../src/journal/ArtifactWriter.ts"
import { ArtifactStore } from "../../src/index.ts"
import { asStageFailure } from "./failures.ts"

/** `start` tells where a row begins; row by row the file has no gaps. The file was verified when it was read before. */
export const copyRows = (ref: ArtifactRef, rows: Uint32Array, start: (row: number) => number) =>
  Effect.gen(function* () {
    const store = yield* ArtifactStore
    const path = store.path(ref)
    const attempt = <A>(run: () => A) => Effect.try({ try: run, catch: (error) => storageFailed(path, error) })
    const file = yield* Effect.acquireRelease(
      attempt(() => openSync(path, "r")),
      (open) => Effect.sync(() => closeSync(open)),
    )
    const writer = yield* store.writer
    for (let from = 0; from < rows.length;) {
      const to = batchEnd(rows, from, start)
      // From the page cache mostly: asking for each row by itself, without waiting, is what is fast.
      yield* Effect.flatMap(
        attempt(() => readRows(file, rows.subarray(from, to), start)),
        writer.write,
      )
      from = to
    }
    return yield* writer.finish
  }).pipe(Effect.scoped, asStageFailure)

/** Bytes read before others get a turn. */
const batchBytes = 1 << 20

const batchEnd = (rows: Uint32Array, from: number, start: (row: number) => number): number => {
  let end = from
  for (let bytes = 0; end < rows.length && (end === from || bytes < batchBytes); end++)
    bytes += start(rows[end]! + 1) - start(rows[end]!)
  return end
}

const readRows = (file: number, rows: Uint32Array, start: (row: number) => number): Buffer => {
  const size = rows.reduce((sum, row) => sum + start(row + 1) - start(row), 0)
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (let i = 0; i < rows.length;) {
    // Rows that follow each other are read at once.
    let next = i + 1
    while (next < rows.length && rows[next] === rows[next - 1]! + 1) next += 1
    const length = start(rows[next - 1]! + 1) - start(rows[i]!)
    for (let done = 0; done < length;) {
      const read = readSync(file, bytes, at + done, length - done, start(rows[i]!) + done)
      if (read === 0) throw new Error("it ended while it was read")
      done += read
    }
    at += length
    i = next
  }
  return bytes
}
