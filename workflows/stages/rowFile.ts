/** Rows of a corpus artifact by number, for passes over some of them in any order. The file was verified before. */
import { Effect } from "effect"
import { closeSync, openSync, readSync } from "node:fs"
import type { ArtifactRef } from "../../src/domain/Artifact.ts"
import { storageFailed } from "../../src/journal/ArtifactWriter.ts"
import { ArtifactStore } from "../../src/journal/ArtifactStore.ts"
import { asStageFailure } from "./failures.ts"

/** Where a row begins; row by row the file has no gaps. */
export type Start = (row: number) => number

/** Tells of each of `rows`, in that order, with its line. */
export const visitRows = (
  ref: ArtifactRef,
  rows: Uint32Array,
  start: Start,
  visit: (line: Buffer, row: number) => void,
) =>
  inBatches(ref, rows, start, (bytes, batch) =>
    Effect.sync(() => {
      let at = 0
      for (const row of batch) {
        const end = at + start(row + 1) - start(row)
        visit(bytes.subarray(at, end - 1), row)
        at = end
      }
    }),
  ).pipe(asStageFailure)

/** A new artifact of `rows`, in that order. */
export const copyRows = (ref: ArtifactRef, rows: Uint32Array, start: Start) =>
  Effect.gen(function* () {
    const writer = yield* (yield* ArtifactStore).writer
    yield* inBatches(ref, rows, start, writer.write)
    return yield* writer.finish
  }).pipe(Effect.scoped, asStageFailure)

const inBatches = <E, R>(
  ref: ArtifactRef,
  rows: Uint32Array,
  start: Start,
  work: (bytes: Buffer, batch: Uint32Array) => Effect.Effect<void, E, R>,
) =>
  Effect.gen(function* () {
    const path = (yield* ArtifactStore).path(ref)
    const attempt = <A>(run: () => A) => Effect.try({ try: run, catch: (error) => storageFailed(path, error) })
    const file = yield* Effect.acquireRelease(
      attempt(() => openSync(path, "r")),
      (open) => Effect.sync(() => closeSync(open)),
    )
    // Two take turns: what was given to a writer may still be on its way to the disk.
    const buffers: Array<Buffer> = [Buffer.alloc(0), Buffer.alloc(0)]
    for (let [from, turn] = [0, 0]; from < rows.length; turn = 1 - turn) {
      const batch = rows.subarray(from, batchEnd(rows, from, start))
      // From the page cache mostly: asking for each row by itself, without waiting, is what is fast.
      const size = batch.reduce((sum, row) => sum + start(row + 1) - start(row), 0)
      if (buffers[turn]!.length < size) buffers[turn] = Buffer.allocUnsafeSlow(size)
      const bytes = buffers[turn]!.subarray(0, size)
      yield* attempt(() => readRows(file, batch, start, bytes))
      yield* work(bytes, batch)
      from += batch.length
    }
  }).pipe(Effect.scoped)

/** Bytes read before others get a turn. */
const batchBytes = 1 << 20

const batchEnd = (rows: Uint32Array, from: number, start: Start): number => {
  let end = from
  for (let bytes = 0; end < rows.length && (end === from || bytes < batchBytes); end++)
    bytes += start(rows[end]! + 1) - start(rows[end]!)
  return end
}

const readRows = (file: number, rows: Uint32Array, start: Start, bytes: Buffer): void => {
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
}
