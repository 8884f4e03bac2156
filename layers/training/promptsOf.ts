/** Which prompts an iteration of GRPO draws, by seed alone. */
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import type { GrpoRecipe } from "./GrpoRecipe.ts"

/** The prompts of an iteration, or of one of its rounds; see `promptDraws`. */
export const promptsOf = <A>(all: ReadonlyArray<A>, recipe: Draws, iteration: number, seed: number, round = 0) =>
  promptDraws(all, recipe, seed)(iteration, round)

type Draws = Pick<GrpoRecipe, "prompts" | "rounds">

/**
 * The prompts of any round of any iteration. Each pass over the prompts has an order of its own, and none is repeated
 * before its end. An iteration in which one pass ends takes first what it doesn't have yet of the next: a prompt that is
 * there twice has the same seeds, and would be the same group twice. A round that asks for more than there are has all.
 */
export const promptDraws = <A>(all: ReadonlyArray<A>, { prompts, rounds }: Draws, seed: number) => {
  const count = all.length
  const inIteration = prompts * rounds
  const orders: Array<ReadonlyArray<number>> = []
  const orderOf = (pass: number): ReadonlyArray<number> => {
    while (orders.length <= pass) {
      const order = randomFrom(deriveSeed([seed, "prompt-order", orders.length])).shuffle([...all.keys()])
      const before = (orders.length * count) % inIteration
      const drawn = new Set(before === 0 ? [] : orders.at(-1)?.slice(-before))
      const first = new Set(order.filter((place) => !drawn.has(place)).slice(0, inIteration - before))
      orders.push([...first, ...order.filter((place) => !first.has(place))])
    }
    return orders[pass]!
  }
  return (iteration: number, round = 0): ReadonlyArray<A> => {
    const start = (iteration * rounds + round) * prompts
    const from = prompts < count ? start : start - (start % count)
    return Array.from({ length: Math.min(prompts, count) }, (_, i) => {
      const position = from + i
      return all[orderOf(Math.floor(position / count))[position % count]!]!
    })
  }
}
