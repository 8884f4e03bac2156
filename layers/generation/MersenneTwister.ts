/** MT19937 (Matsumoto and Nishimura, 1998), seeded by an array of 32-bit words. */

/** Draws of 32 bits, each a non-negative integer. `key` has at least one word. */
export const mersenneTwister = (key: Uint32Array): (() => number) => {
  const state = seeded(key)
  let index = size
  return () => {
    if (index === size) {
      renew(state)
      index = 0
    }
    let y = state[index++]!
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }
}

const size = 624

const seeded = (key: Uint32Array): Uint32Array => {
  const state = new Uint32Array(size)
  state[0] = 19650218
  for (let i = 1; i < size; i++) state[i] = Math.imul(1812433253, mixed(state, i)) + i
  let i = 1
  const step = () => {
    if (++i < size) return
    state[0] = state[size - 1]!
    i = 1
  }
  for (let k = 0; k < Math.max(size, key.length); k++) {
    const j = k % key.length
    state[i] = (state[i]! ^ Math.imul(mixed(state, i), 1664525)) + key[j]! + j
    step()
  }
  for (let k = 1; k < size; k++) {
    state[i] = (state[i]! ^ Math.imul(mixed(state, i), 1566083941)) - i
    step()
  }
  state[0] = 0x80000000
  return state
}

const mixed = (state: Uint32Array, i: number) => state[i - 1]! ^ (state[i - 1]! >>> 30)

const renew = (state: Uint32Array) => {
  for (let i = 0; i < size; i++) {
    const y = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff)
    state[i] = state[(i + 397) % size]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
  }
}
