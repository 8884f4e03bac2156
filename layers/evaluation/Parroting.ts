/**
 * What programmatic rewards invite small models to do: give the user's own words back, or say one thing over and over.
 * All measures are over lower-cased words; shares are in [0, 1], and 0 is none.
 */
import { contentWords, wordsOf } from "../generation/words.ts"

/**
 * Share of the reply's words that lie in a run of at least `run` copied in order from one of the texts: the user's
 * messages, or earlier replies. Runs of fewer than three or four words are how people refer to what was said. A reply
 * of two words or more that is too short for a run is copied when a text holds all of it in order.
 */
export const copyShare = (reply: string, texts: ReadonlyArray<string>, run = 4): number => {
  const words = wordsOf(reply)
  const length = Math.min(run, words.length)
  if (length < Math.min(run, 2)) return 0
  const said = new Set(texts.flatMap((text) => grams(wordsOf(text), length)))
  const copied = words.map(() => false)
  grams(words, length).forEach((gram, at) => {
    if (said.has(gram)) copied.fill(true, at, at + length)
  })
  return copied.filter(Boolean).length / words.length
}

/** Words of the longest run that the reply has in order from one of the texts. */
export const longestCopiedRun = (reply: string, texts: ReadonlyArray<string>): number => {
  const words = wordsOf(reply)
  return Math.max(0, ...texts.map((text) => longestCommonRun(words, wordsOf(text))))
}

/**
 * Share of the reply's distinct content words that the texts hold, in whatever order: an echo with a word left out or
 * moved has no copied run, and still says nothing new. Rewriting and translating echo by nature.
 */
export const echoShare = (reply: string, texts: ReadonlyArray<string>): number => {
  const words = new Set(contentWords(reply))
  const said = new Set(texts.flatMap(contentWords))
  return words.size === 0 ? 0 : [...words].filter((word) => said.has(word)).length / words.size
}

/** Share of the reply's sequences of `n` words that stood in it before: 1 - distinct-n (Li et al. 2016, arXiv 1510.03055). */
export const repetition = (reply: string, n = 2): number => {
  const all = grams(wordsOf(reply), n)
  return all.length === 0 ? 0 : 1 - new Set(all).size / all.length
}

const grams = (words: ReadonlyArray<string>, n: number): ReadonlyArray<string> =>
  words.length < n ? [] : Array.from({ length: words.length - n + 1 }, (_, i) => words.slice(i, i + n).join(" "))

/** Longest common substring over words; `ending[j]` is the length of the run that ends at `b[j - 1]`. */
const longestCommonRun = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): number => {
  let longest = 0
  let ending: ReadonlyArray<number> = b.map(() => 0).concat(0)
  for (const word of a) {
    const previous = ending
    ending = [0, ...b.map((other, j) => (other === word ? (previous[j] ?? 0) + 1 : 0))]
    longest = Math.max(longest, ...ending)
  }
  return longest
}
