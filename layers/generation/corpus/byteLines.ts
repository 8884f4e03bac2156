/** Lines of bytes that come in pieces of any size. */
import { Effect, Option, Stream } from "effect"

/** The lines that end in each piece, without their newlines, to be taken once; empty lines are left out. */
export const byteLines = <E, R>(pieces: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Iterable<Buffer>, E, R> =>
  Stream.suspend(() => {
    let rest: ReadonlyArray<Uint8Array> = []
    const take = (piece: Uint8Array): Iterable<Buffer> => {
      const first = piece.indexOf(newline)
      if (first < 0) {
        rest = [...rest, piece]
        return []
      }
      // Only the line that began before is copied.
      const begun = rest.length === 0 ? undefined : Buffer.concat([...rest, piece.subarray(0, first)])
      const whole = piece.subarray(begun === undefined ? 0 : first + 1, piece.lastIndexOf(newline) + 1)
      const after = piece.subarray(piece.lastIndexOf(newline) + 1)
      rest = after.length === 0 ? [] : [after]
      return split(begun, Buffer.from(whole.buffer, whole.byteOffset, whole.length))
    }
    const left = Effect.sync(() => {
      const line = Buffer.concat([...rest])
      return line.length === 0 ? Option.none() : Option.some([line])
    })
    return Stream.concat(
      Stream.map(pieces, take),
      Stream.filterMap(Stream.fromEffect(left), (line) => line),
    )
  })

const newline = 10

function* split(begun: Buffer | undefined, bytes: Buffer): Iterable<Buffer> {
  if (begun !== undefined && begun.length > 0) yield begun
  for (let start = 0; start < bytes.length;) {
    const stop = bytes.indexOf(newline, start)
    if (stop > start) yield bytes.subarray(start, stop)
    start = stop + 1
  }
}
