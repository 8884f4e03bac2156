/** Real users in two halves, no user in both: how far one half is from the other is the floor of a distance. */
import { deriveSeed, randomFrom } from "../../../src/domain/Seed.ts"

export interface CutOptions {
  /** Default 20. */
  readonly cuts?: number
  readonly seed?: number
}

/** One pair of halves for each cut; none for fewer than four users. */
export const userHalves = <A>(users: ReadonlyArray<A>, { cuts = 20, seed = 0 }: CutOptions = {}) =>
  Array.from({ length: users.length < fewest ? 0 : cuts }, (_, cut) => {
    const shuffled = randomFrom(deriveSeed([seed, "halves", cut])).shuffle(users)
    const half = Math.floor(shuffled.length / 2)
    return [shuffled.slice(0, half), shuffled.slice(half)] as const
  })

/** Users below which halves say nothing. */
const fewest = 4
