/** Rows of JSONL or gzipped JSONL. */
import { Stream } from "effect"
import { numberedLines } from "./numberedLines.ts"
import type { NumberedLine } from "./numberedLines.ts"
import { DamagedFile, UnreadableFile } from "./rowErrors.ts"
import type { RawRow } from "./rowErrors.ts"

/** In batches whose rows are parsed one by one as they are taken: none is held. */
export const jsonRows = (file: string): Stream.Stream<Iterable<RawRow>, UnreadableFile | DamagedFile> =>
  numberedLines(file).pipe(
    Stream.mapError(({ line, damaged, reason }) =>
      damaged
        ? DamagedFile.make({ file, line: line + 1, detail: reason })
        : UnreadableFile.make({ file, line, reason }),
    ),
    Stream.chunks,
    Stream.map(parseEach),
  )

function* parseEach(lines: Iterable<NumberedLine>): Iterable<RawRow> {
  for (const line of lines) yield parsed(line)
}

const parsed = ({ line, bytes }: NumberedLine): RawRow => {
  try {
    return { line, value: JSON.parse(utf8.decode(bytes)) as unknown }
  } catch (error) {
    return { line, problem: problemOf(bytes, error) }
  }
}

const problemOf = (bytes: Uint8Array, error: unknown) => {
  if (!(error instanceof SyntaxError))
    return { reason: "it is not valid UTF-8", detail: isGzip(bytes) ? "it is gzip: name it .gz" : undefined }
  const detail = opensArray(bytes) ? "the file is one array: write a row a line, as `jq -c .[]` does" : error.message
  return { reason: "it is not JSON", detail }
}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b
const opensArray = (bytes: Uint8Array) => bytes[0] === 0x5b

const utf8 = new TextDecoder("utf-8", { fatal: true })
