/**
 * Numbers by text, for millions of texts: each text stands as 128 bits of hash in typed arrays, so that a text costs
 * 24 to 31 bytes however long it is. Two texts are taken for one with a chance of about 1e-24 among ten million.
 */
import { textHash } from "./textHash.ts"

export interface TextTable {
  /** Of texts. */
  readonly size: () => number
  /** The number of a text; `undefined` where it has none. */
  readonly get: (text: string) => number | undefined
  /** Adds to the number of a text, which is 0 at first. Gives the number before. */
  readonly add: (text: string, amount: number) => number
  /** The number of a text, which is `value` if it has none yet. */
  readonly getOrPut: (text: string, value: number) => number
}

/** Numbers are integers in [0, 2^32). */
export const textTable = (): TextTable => {
  const key = new Uint32Array(4)
  // Each shard grows by itself: what is held twice while a table grows is one shard.
  const shards = Array.from({ length: shardCount }, shard)
  const find = (text: string) => {
    textHash(text, 0, key)
    return shards[key[3]! & (shardCount - 1)]!
  }
  return {
    size: () => shards.reduce((sum, { used }) => sum + used, 0),
    get: (text) => {
      const { slots, capacity } = find(text)
      const at = place(slots, capacity, key)
      return slots[at + value] === 0 ? undefined : slots[at + value]! - 1
    },
    add: (text, amount) => {
      const found = find(text)
      const at = claim(found, key)
      const before = found.slots[at + value]! - 1
      found.slots[at + value]! += amount
      return before
    },
    getOrPut: (text, initial) => {
      const found = find(text)
      const used = found.used
      const at = claim(found, key)
      if (found.used > used) found.slots[at + value] = initial + 1
      return found.slots[at + value]! - 1
    },
  }
}

interface Shard {
  slots: Uint32Array
  capacity: number
  used: number
}

const shardCount = 64

/** A slot is four words of hash and one more than the number: 0 there means that it is free. */
const width = 5
const value = 4

const shard = (): Shard => ({ slots: new Uint32Array(16 * width), capacity: 16, used: 0 })

/** The key's slot, or the free one where it belongs. */
const place = (slots: Uint32Array, capacity: number, key: Uint32Array): number => {
  let at = (key[0]! % capacity) * width
  while (
    slots[at + value] !== 0 &&
    (slots[at] !== key[0] || slots[at + 1] !== key[1] || slots[at + 2] !== key[2] || slots[at + 3] !== key[3])
  ) {
    at += width
    if (at === slots.length) at = 0
  }
  return at
}

const claim = (shard: Shard, key: Uint32Array): number => {
  if (shard.used >= shard.capacity * fullest) grow(shard)
  const at = place(shard.slots, shard.capacity, key)
  if (shard.slots[at + value] === 0) {
    shard.slots.set(key, at)
    shard.slots[at + value] = 1
    shard.used += 1
  }
  return at
}

const fullest = 0.85

const grow = (shard: Shard) => {
  const old = shard.slots
  shard.capacity = Math.ceil(shard.capacity * 1.3)
  shard.slots = new Uint32Array(shard.capacity * width)
  for (let at = 0; at < old.length; at += width) {
    if (old[at + value] === 0) continue
    const slot = old.subarray(at, at + width)
    shard.slots.set(slot, place(shard.slots, shard.capacity, slot))
  }
}
