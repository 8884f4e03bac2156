/** Lines of bytes that come in pieces of any size. */
import { Effect, Option, Stream } from "effect"

/** The lines that end in each piece, without their newlines, to be taken once; empty lines are left out. */
export const byteLines = <E, R>(pieces: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Iterable<Buffer>, E, R> =>
  Stream.suspend(() => {
    let rest: ReadonlyArray<Uint8Array> = []
    const take = (piece: Uint8Array): Iterable<Buffer> => {
      const last = piece.lastIndexOf(newline)
      if (last < 0) {
        rest = [...rest, piece]
        return []
      }
      const whole = Buffer.concat([...rest, piece.subarray(0, last + 1)])
      rest = last + 1 === piece.length ? [] : [piece.subarray(last + 1)]
      return split(whole)
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

function* split(bytes: Buffer): Iterable<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const stop = bytes.indexOf(newline, start)
    if (stop > start) yield bytes.subarray(start, stop)
    start = stop + 1
  }
}
