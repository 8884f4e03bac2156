/** Seeds and seeded generators. Every random choice comes from here, so that a run can be repeated and arms paired. */
import { Schema, Utils } from "effect"
import { contentHash } from "./CanonicalJson.ts"

/**
 * A seed in [0, 2^31) from the SHA-256 of the parts. By contract 7 the parts are (replicate seed, purpose, prompt,
 * sample index), never a cell or a step: compared arms then see the same draws.
 */
export const deriveSeed = (parts: ReadonlyArray<string | number>): number =>
  Number.parseInt(contentHash(parts).slice(0, 8), 16) >>> 1

/** Draws in sequence. Equal seeds give equal sequences on every machine. */
export interface Generator {
  /** Uniform in [0, 1), 53 bits. */
  readonly next: () => number
  /** Uniform in 0 .. n-1; n is a positive integer. */
  readonly int: (n: number) => number
  /** One of the items, each as likely. Throws `EmptyDraw` when there are none. */
  readonly choice: <A>(items: ReadonlyArray<A>) => A
  /** A shuffled copy (Fisher-Yates). */
  readonly shuffle: <A>(items: ReadonlyArray<A>) => Array<A>
}

export class EmptyDraw extends Schema.TaggedError<EmptyDraw>()("EmptyDraw", {}) {
  override get message() {
    return "There is nothing to draw from: a random choice needs at least one item."
  }
}

/** PCG (Effect's own), seeded with an integer in [0, 2^32). */
export const randomFrom = (seed: number): Generator => {
  const pcg = new Utils.PCGRandom(seed)
  const next = () => pcg.number()
  const int = (n: number) => {
    if (n < 1) throw new EmptyDraw()
    return Math.floor(next() * n)
  }
  return {
    next,
    int,
    // The index is below the length, so the item is there.
    choice: <A>(items: ReadonlyArray<A>) => items[int(items.length)] as A,
    shuffle: (items) => {
      const out = [...items]
      for (let i = out.length - 1; i > 0; i--) {
        const j = int(i + 1)
        const [a, b] = [out[i]!, out[j]!]
        out[i] = b
        out[j] = a
      }
      return out
    },
  }
}
