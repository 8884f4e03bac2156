/** Which conversations make up the training sequences: what fits the context, and how it is packed. */
import { deriveSeed, randomFrom } from "../../src/domain/Seed.ts"
import { upTo } from "./SftFlip.ts"
import type { SftSample } from "./SftFlip.ts"
import type { SftRecipe } from "./SftRecipe.ts"

/**
 * The sample as the context takes it: whole, or cut after the last user turn that ends within it. Undefined where it is
 * left out: it is too long and may not be cut, or its first user turn is too long already.
 */
export const fit = (sample: SftSample, { maxTokens, overflow }: SftRecipe): SftSample | undefined => {
  if (sample.ids.length <= maxTokens) return sample
  const end = sample.turnEnds.findLast((at) => at <= maxTokens)
  return overflow === "drop" || end === undefined ? undefined : upTo(sample, end)
}

/** At most `limit` of the items, drawn by the seed and in drawn order. */
export const draw = <A>(items: ReadonlyArray<A>, limit: number | undefined, seed: number): ReadonlyArray<A> =>
  randomFrom(deriveSeed([seed, "sft-conversations"]))
    .shuffle(items)
    .slice(0, limit)

/**
 * Items in groups, one for each sequence, in their order. A pack is closed by the first item that doesn't fit any more.
 * The lab's rules drop the last pack, which is rarely full.
 */
export const pack = <A extends { readonly length: number }>(
  items: ReadonlyArray<A>,
  { packing, maxTokens, rules }: SftRecipe,
): ReadonlyArray<ReadonlyArray<A>> => {
  if (packing === "none") return items.map((item) => [item])
  const packs: Array<Array<A>> = []
  let room = 0
  for (const item of items) {
    if (item.length > room) {
      packs.push([])
      room = maxTokens
    }
    packs.at(-1)?.push(item)
    room -= item.length
  }
  return rules === "lab" && room > 0 ? packs.slice(0, -1) : packs
}

/** How many optimizer steps `count` sequences make, all epochs together. A last partial batch is kept. */
export const stepsOf = (count: number, { batchSize, epochs }: SftRecipe) => Math.ceil(count / batchSize) * epochs

/** The sequences of a step, counted from 0. Every epoch has an order of its own. */
export const batchAt = (step: number, count: number, { batchSize }: SftRecipe, seed: number): ReadonlyArray<number> => {
  const inEpoch = Math.ceil(count / batchSize)
  const order = randomFrom(deriveSeed([seed, "sft-order", Math.floor(step / inEpoch)])).shuffle(
    Array.from({ length: count }, (_, i) => i),
  )
  const first = (step % inEpoch) * batchSize
  return order.slice(first, first + batchSize)
}
