/** What the resamples of a bootstrap are made of: units drawn with replacement, the same for the same seed everywhere. */
import { randomFrom } from "../../src/domain/Seed.ts"

/** Draws that are kept at most, at 4 bytes each: 64 MiB, for 10,000 resamples of 1,677 units. */
const mostKept = 2 ** 24

/**
 * The indices, in 0 .. `size` - 1, of each of `count` resamples. An array holds until the next one is asked for.
 *
 * Up to `most` draws are kept in memory, since a report asks for the same ones again and again. More are drawn anew each
 * time, resample by resample, so that memory grows with `size` alone.
 */
export function* resamples(size: number, count: number, seed: number, most = mostKept): Generator<Uint32Array> {
  if (size * count > most) {
    const { int } = randomFrom(seed)
    const indices = new Uint32Array(size)
    for (let i = 0; i < count; i++) yield drawn(indices, int)
    return
  }
  const all = keptDraws(size, count, seed)
  for (let i = 0; i < count; i++) yield all.subarray(i * size, (i + 1) * size)
}

let last = { key: "", indices: new Uint32Array() }

const keptDraws = (size: number, count: number, seed: number): Uint32Array => {
  const key = `${size} ${count} ${seed}`
  if (last.key !== key) {
    const { int } = randomFrom(seed)
    const indices = new Uint32Array(size * count)
    for (let i = 0; i < count; i++) drawn(indices.subarray(i * size, (i + 1) * size), int)
    last = { key, indices }
  }
  return last.indices
}

const drawn = (indices: Uint32Array, int: (n: number) => number) => {
  for (let i = 0; i < indices.length; i++) indices[i] = int(indices.length)
  return indices
}
