/** The lines of a file, plain or gzipped by its name, one at a time. */
import { Chunk, Stream } from "effect"
import { createReadStream } from "node:fs"
import { pipeline } from "node:stream"
import type { Readable } from "node:stream"
import { createGunzip } from "node:zlib"

/** `line` counts from 1. */
export interface NumberedLine {
  readonly line: number
  readonly bytes: Uint8Array
}

/** Why the file can't be read, and after which line. `damaged`: it is there, but can't be unpacked. */
export interface ReadFailure {
  readonly line: number
  readonly damaged: boolean
  readonly reason: string
}

/** Blank lines are counted and passed over. A compressed file that is cut off or damaged fails after its last line. */
export const numberedLines = (file: string): Stream.Stream<NumberedLine, ReadFailure> =>
  Stream.suspend(() => {
    const position = { line: 0 }
    return Stream.fromAsyncIterable(open(file), (error) => error).pipe(
      Stream.map((chunk: Buffer) => chunk),
      Stream.concat(Stream.make(end)),
      Stream.mapAccum(end, splitNext),
      Stream.mapConcatChunk(Chunk.unsafeFromArray),
      Stream.map((bytes): NumberedLine => ({ line: (position.line += 1), bytes })),
      Stream.filter(({ bytes }) => !bytes.every(isBlank)),
      Stream.mapError((error) => ({
        line: position.line,
        damaged: isDamage(error),
        reason: error instanceof Error ? error.message : String(error),
      })),
    )
  })

const newline = 10
const end: Buffer = Buffer.alloc(0)

/** What is left of the last line, and the lines that end in this chunk. Only the line that began before is copied. */
const splitNext = (rest: Buffer, chunk: Buffer): readonly [Buffer, ReadonlyArray<Uint8Array>] => {
  const bytes = chunk === end ? Buffer.from([newline]) : chunk
  const first = bytes.indexOf(newline)
  if (first < 0) return [Buffer.concat([rest, bytes]), []]
  const begun = Buffer.concat([rest, bytes.subarray(0, first)])
  const last = bytes.lastIndexOf(newline)
  return [bytes.subarray(last + 1), [begun, ...split(bytes.subarray(first + 1, last + 1))]]
}

const split = (bytes: Buffer): Array<Uint8Array> => {
  const found: Array<Uint8Array> = []
  for (let start = 0; start < bytes.length;) {
    const stop = bytes.indexOf(newline, start)
    found.push(bytes.subarray(start, stop))
    start = stop + 1
  }
  return found
}

/** Space, tab, carriage return. */
const isBlank = (byte: number) => byte === 32 || byte === 9 || byte === 13

/** As zlib tells what it can't unpack: `Z_BUF_ERROR` at a cut, `Z_DATA_ERROR` at damage. */
const isDamage = (error: unknown) =>
  error instanceof Error && "code" in error && /^Z_(BUF|DATA)_ERROR$/.test(String(error.code))

const open = (file: string): Readable =>
  file.endsWith(".gz")
    ? pipeline(createReadStream(file, { highWaterMark }), createGunzip({ chunkSize: highWaterMark }), ignore)
    : createReadStream(file, { highWaterMark })

/** Bytes read at once. */
const highWaterMark = 1 << 18

/** A failure reaches the reader through the stream itself. */
const ignore = () => {}
