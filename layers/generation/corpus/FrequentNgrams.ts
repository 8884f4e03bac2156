/**
 * Which texts hold a sequence of words that is found too often over all of them. Exact, in memory that does not grow
 * with the number of sequences: each is counted first in a bucket that it shares with others, and by itself only where
 * its bucket is over the limit. Three passes over the same texts in the same order.
 */
import { textTable } from "./TextTable.ts"
import { lowerWords } from "./words.ts"
import { runHashes } from "./runHashes.ts"

export interface NgramRule {
  /** Words in a sequence. */
  readonly size: number
  /** Found more often than this is too often. */
  readonly limit: number
  /** What counts: every occurrence, or every text once however often it repeats itself. */
  readonly by: "occurrences" | "texts"
}

export interface FrequentNgrams {
  /** First pass. */
  readonly count: (text: string) => void
  /** After it: whether any sequence can be too frequent at all. */
  readonly possible: () => boolean
  /** Second pass. False: nothing in this text can be too frequent, so that it need not be looked at again. */
  readonly countExactly: (text: string) => boolean
  /** Third pass: whether one of its sequences is too frequent. */
  readonly isIn: (text: string) => boolean
}

/** `expected`: about how many sequences there will be. A wrong guess costs time. */
export const frequentNgrams = ({ size, limit, by }: NgramRule, expected = 0): FrequentNgrams => {
  // Up to 8 MB of bytes: a quarter of a billion sequences fill them to 30 on average.
  const bucketCount = 2 ** Math.min(23, Math.max(16, Math.ceil(Math.log2(expected + 1)) - 1))
  const buckets = limit < 255 ? new Uint8Array(bucketCount) : new Uint32Array(bucketCount)
  const exact = textTable()
  const bucketsOf = runHashes(size)
  let possible = false

  /** Where sequences begin whose bucket is over the limit. */
  const suspects = (text: string): ReadonlyArray<number> => {
    const starts: Array<number> = []
    const { hashes, count } = bucketsOf(text)
    for (let start = 0; start < count; start++)
      if (buckets[hashes[start]! & (bucketCount - 1)]! > limit) starts.push(start)
    return starts
  }
  const ngrams = (text: string, starts: ReadonlyArray<number>): ReadonlyArray<string> => {
    if (starts.length === 0) return []
    const words = lowerWords(text)
    return starts.map((start) => words.slice(start, start + size).join(" "))
  }

  return {
    count: (text) => {
      const { hashes, count } = bucketsOf(text)
      for (let start = 0; start < count; start++) {
        const at = hashes[start]! & (bucketCount - 1)
        // Beyond the limit nothing has to be known: no overflow.
        if (buckets[at]! <= limit) possible = (buckets[at]! += 1) > limit || possible
      }
    },
    possible: () => possible,
    countExactly: (text) => {
      const found = ngrams(text, suspects(text))
      for (const ngram of by === "texts" ? new Set(found) : found) exact.add(ngram, 1)
      return found.length > 0
    },
    isIn: (text) => ngrams(text, suspects(text)).some((ngram) => (exact.get(ngram) ?? 0) > limit),
  }
}
