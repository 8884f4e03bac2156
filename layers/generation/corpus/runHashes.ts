/** Hashes of all runs of words in a text, each from the one before it. */
import { wordHashes } from "./words.ts"

/** Hashes of 32 bits, in order of where the runs begin; the array is used again by the next call. */
export const runHashes = (size: number) => {
  let words = new Int32Array(1 << 12)
  let hashes = new Int32Array(1 << 12)
  const out = power(size)
  return (text: string): { readonly hashes: Int32Array; readonly count: number } => {
    // A word and the space after it are two code units at least; lower case may be longer than upper.
    if (words.length < text.length + 1) {
      words = new Int32Array(2 * text.length + 2)
      hashes = new Int32Array(words.length)
    }
    const count = wordHashes(text, words)
    let sum = 0
    for (let i = 0; i < count; i++) {
      sum = (Math.imul(sum, factor) + words[i]!) | 0
      if (i >= size) sum = (sum - Math.imul(words[i - size]!, out)) | 0
      if (i >= size - 1) hashes[i - size + 1] = mixed(sum)
    }
    return { hashes, count: Math.max(0, count - size + 1) }
  }
}

const factor = 0x9e3779b1

const power = (exponent: number): number => {
  let value = 1
  for (let i = 0; i < exponent; i++) value = Math.imul(value, factor)
  return value
}

const mixed = (sum: number): number => {
  let hash = sum ^ (sum >>> 15)
  hash = Math.imul(hash, 0x85ebca6b)
  return hash ^ (hash >>> 13)
}
