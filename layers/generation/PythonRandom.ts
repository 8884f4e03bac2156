/**
 * `random.Random` of CPython 3.12, draw for draw: splits and samples of published Python code come out the same.
 * Follows `Lib/random.py` and `Modules/_randommodule.c`.
 */
import { createHash } from "node:crypto"
import { EmptyDraw } from "../../src/domain/Seed.ts"
import { mersenneTwister } from "./MersenneTwister.ts"

/** Ranges hold fewer than 2^53 integers. A draw from nothing throws `EmptyDraw`, a sample larger than its source `RangeError`. */
export interface PythonRandom {
  /** Uniform in [0, 1), 53 bits. */
  readonly random: () => number
  /** `bits` random bits, at least 1. */
  readonly getrandbits: (bits: number) => bigint
  readonly uniform: (low: number, high: number) => number
  /** One of `start`, `start + step`, ... below `stop` (above it for a negative step). */
  readonly randrange: (start: number, stop: number, step?: number) => number
  /** Both ends included. */
  readonly randint: (low: number, high: number) => number
  readonly choice: <A>(items: ReadonlyArray<A>) => A
  /** A shuffled copy; Python shuffles in place. */
  readonly shuffle: <A>(items: ReadonlyArray<A>) => Array<A>
  /** `count` of the items without repeats, in the order drawn. */
  readonly sample: <A>(items: ReadonlyArray<A>, count: number) => Array<A>
}

/** A generator seeded as `random.Random(seed)` is. A negative integer counts as its absolute value. */
export const pythonRandom = (seed: number | bigint | string): PythonRandom => {
  const next = mersenneTwister(wordsOf(typeof seed === "string" ? fromText(seed) : BigInt(seed)))

  const getrandbits = (bits: number): bigint => {
    let value = 0n
    for (let done = 0; done < bits; done += 32)
      value |= BigInt(next() >>> Math.max(0, 32 - (bits - done))) << BigInt(done)
    return value
  }

  /** Uniform in 0 .. n-1, by rejection. */
  const below = (n: number): number => {
    if (n < 1) throw new EmptyDraw()
    const bits = n.toString(2).length
    const draw = bits > 32 ? () => Number(getrandbits(bits)) : () => next() >>> (32 - bits)
    let value = draw()
    while (value >= n) value = draw()
    return value
  }

  const random = () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53
  const randrange = (start: number, stop: number, step = 1) =>
    start + step * below(Math.max(0, Math.ceil((stop - start) / step)))

  return {
    random,
    getrandbits,
    uniform: (low, high) => low + (high - low) * random(),
    randrange,
    randint: (low, high) => randrange(low, high + 1),
    // Draws below the length: the item is there.
    choice: <A>(items: ReadonlyArray<A>) => items[below(items.length)] as A,
    shuffle: (items) => {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) swap(out, i, below(i + 1))
      return out
    },
    sample: (items, count) => {
      if (count < 0 || count > items.length)
        throw new RangeError(`Can't draw ${count} of ${items.length} items without repeats.`)
      return (items.length <= poolLimit(count) ? fromPool : fromSet)(items, count, below)
    },
  }
}

type Below = (n: number) => number

/** Up to this many items Python copies the list; above, it remembers what was drawn. */
const poolLimit = (count: number) => 21 + (count > 5 ? 4 ** Math.ceil(Math.log(count * 3) / Math.log(4)) : 0)

const fromPool = <A>(items: ReadonlyArray<A>, count: number, below: Below): Array<A> => {
  const pool = [...items]
  return Array.from({ length: count }, (_, i) => {
    const last = pool.length - i - 1
    swap(pool, below(last + 1), last)
    return pool[last] as A
  })
}

const fromSet = <A>(items: ReadonlyArray<A>, count: number, below: Below): Array<A> => {
  const drawn = new Set<number>()
  while (drawn.size < count) drawn.add(below(items.length))
  return [...drawn].map((index) => items[index] as A)
}

const swap = <A>(items: Array<A>, i: number, j: number) => {
  const kept = items[i] as A
  items[i] = items[j] as A
  items[j] = kept
}

/** A string's UTF-8 bytes and their SHA-512 digest, as one big-endian integer. */
const fromText = (text: string) => BigInt(`0x${Buffer.from(text).toString("hex")}${sha512(text)}`)

const sha512 = (text: string) => createHash("sha512").update(text).digest("hex")

/** The 32-bit words of |value|, the lowest first. */
const wordsOf = (value: bigint): Uint32Array => {
  const words: Array<number> = []
  for (let rest = value < 0n ? -value : value; rest > 0n || words.length === 0; rest >>= 32n)
    words.push(Number(rest & 0xffffffffn))
  return Uint32Array.from(words)
}
