/** MurmurHash3 (x86, 128 bits; Appleby 2011) over the UTF-16 code units of a text: a fixed-size stand-in for it. */

/** Four words of 32 bits, written into `out`. Not for texts that somebody may choose to collide. */
export const textHash = (text: string, seed: number, out: Uint32Array): void => {
  let [h1, h2, h3, h4] = [seed, seed, seed, seed]
  const length = text.length
  const whole = length - (length % 8)
  for (let i = 0; i < whole; i += 8) {
    h1 ^= scrambled(pair(text, i), c1, 15, c2)
    h1 = (Math.imul(rotated(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= scrambled(pair(text, i + 2), c2, 16, c3)
    h2 = (Math.imul(rotated(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= scrambled(pair(text, i + 4), c3, 17, c4)
    h3 = (Math.imul(rotated(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= scrambled(pair(text, i + 6), c4, 18, c1)
    h4 = (Math.imul(rotated(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  // Beyond the end a code unit reads as NaN, which counts as 0: the length below tells such texts apart.
  if (length > whole) {
    h4 ^= scrambled(pair(text, whole + 6), c4, 18, c1)
    h3 ^= scrambled(pair(text, whole + 4), c3, 17, c4)
    h2 ^= scrambled(pair(text, whole + 2), c2, 16, c3)
    h1 ^= scrambled(pair(text, whole), c1, 15, c2)
  }
  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = finished((h2 + h1) | 0)
  h3 = finished((h3 + h1) | 0)
  h4 = finished((h4 + h1) | 0)
  h1 = finished(h1)
  h1 = (h1 + h2 + h3 + h4) | 0
  out[0] = h1
  out[1] = h2 + h1
  out[2] = h3 + h1
  out[3] = h4 + h1
}

const [c1, c2, c3, c4] = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93]

const pair = (text: string, at: number): number => text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16)

const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by))

const scrambled = (word: number, first: number, by: number, second: number): number =>
  Math.imul(rotated(Math.imul(word, first), by), second)

const finished = (word: number): number => {
  let mixed = word ^ (word >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
