/** An order of users that a seed gives, whatever rows they have and in whatever order these come. */
import { deriveSeed } from "../../../src/domain/Seed.ts"
import { numberColumn } from "./Column.ts"
import { textHash } from "./textHash.ts"

export const seededRank = (seed: number) => {
  const start = deriveSeed([seed, "split"])
  const key = new Uint32Array(4)
  const ranks = numberColumn()
  return {
    /** Users are added in the order of their numbers. */
    add: (user: string) => {
      textHash(user, start, key)
      ranks.push((key[0]! >>> 11) * 2 ** 32 + key[1]!)
    },
    sorted: (some: Uint32Array): Uint32Array => some.slice().sort((a, b) => ranks.at(a) - ranks.at(b) || a - b),
  }
}
