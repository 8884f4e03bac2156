/**
 * Rows of a parquet file, one row group at a time and of it only the columns that are asked for: memory is bounded by
 * the largest row group.
 */
import { Effect, Predicate, Stream } from "effect"
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet"
import { compressors } from "hyparquet-compressors"
import { DamagedFile, UnreadableFile } from "./rowErrors.ts"
import type { RawRow } from "./rowErrors.ts"

/** `choose` gets the file's columns and gives those to read, or fails. */
export const parquetRows = <E>(
  file: string,
  choose: (columns: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<string>, E>,
): Stream.Stream<Iterable<RawRow>, UnreadableFile | DamagedFile | E> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const { buffer, metadata } = yield* attempt(file, 0, async () => {
        const opened = await asyncBufferFromFile(file)
        return { buffer: opened, metadata: await parquetMetadataAsync(opened) }
      })
      const there = parquetSchema(metadata).children.map(({ element }) => element.name)
      const columns = [...(yield* choose(there))]
      let from = 0
      const groups = metadata.row_groups.map(({ num_rows }) => ({ rowStart: from, rowEnd: (from += Number(num_rows)) }))
      return Stream.mapEffect(Stream.fromIterable(groups), ({ rowStart, rowEnd }) =>
        attempt(file, rowStart, () =>
          parquetReadObjects({ file: buffer, metadata, columns, compressors, rowStart, rowEnd }),
        ).pipe(Effect.map((rows) => rows.map((value, i): RawRow => ({ line: rowStart + i + 1, value })))),
      )
    }),
  )

const attempt = <A>(file: string, rowsBefore: number, run: () => Promise<A>) =>
  Effect.tryPromise({
    try: run,
    catch: (error) => {
      const detail = error instanceof Error ? error.message : String(error)
      // The system's errors have a code, the parser's have none.
      return Predicate.hasProperty(error, "code")
        ? UnreadableFile.make({ file, line: rowsBefore, reason: detail })
        : DamagedFile.make({ file, line: rowsBefore + 1, detail })
    },
  })
