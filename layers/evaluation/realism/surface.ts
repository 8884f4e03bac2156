/**
 * How user turns look on the surface, by the definitions of the paper (appendix I.1): words, characters per word, and
 * which punctuation marks and upper-case letters they use. Lengths are in Unicode code points.
 */
import { jensenShannon, smoothedJensenShannon } from "../statistics/jensenShannon.ts"
import { sum } from "../statistics/moments.ts"

/** Between white space as Python's `split` has it: U+001C to U+001F and U+0085 are space, U+FEFF is not. */
export const wordsOf = (text: string): ReadonlyArray<string> => text.split(space).filter((word) => word !== "")

const whiteSpace = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]"
const space = new RegExp(`${whiteSpace}+`)

/** 0 where there is no word. */
export const charactersPerWord = (text: string): number => {
  const words = wordsOf(text)
  return words.length === 0 ? 0 : sum(words.map((word) => [...word].length)) / words.length
}

/** How often each of the 32 ASCII marks occurs, in the order of their codes. */
export const punctuationCounts = (text: string): ReadonlyArray<number> => {
  const counts = new Map([...marks].map((mark) => [mark, 0]))
  for (const character of text) {
    const count = counts.get(character)
    if (count !== undefined) counts.set(character, count + 1)
  }
  return [...counts.values()]
}

const marks = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

/** Letters in upper case, and all other letters: those of title case and of scripts without case among them. */
export const caseCounts = (text: string): readonly [upper: number, other: number] => {
  const letters = text.match(/\p{L}/gu) ?? []
  const upper = letters.filter((letter) => /\p{Uppercase}/u.test(letter)).length
  return [upper, letters.length - upper]
}

/**
 * What a text without any mark or letter is taken for. "uniform": all marks alike, as the paper's code has it, which
 * makes two unmarked texts equal and an unmarked one far (0.53) from an ordinary sentence. "skip": not comparable.
 */
export type Unmarked = "uniform" | "skip"

/** Jensen-Shannon divergence of two texts' marks (or letter cases), in nats; null where it can't be compared. */
export const divergence = (
  counts: (text: string) => ReadonlyArray<number>,
  human: string,
  simulated: string,
  unmarked: Unmarked = "uniform",
): number | null =>
  unmarked === "skip"
    ? (jensenShannon(counts(human), counts(simulated))?.nats ?? null)
    : (smoothedJensenShannon(shares(counts(human)), shares(counts(simulated)))?.nats ?? null)

/** Uniform where nothing was counted. */
export const shares = (counts: ReadonlyArray<number>): ReadonlyArray<number> => {
  const total = sum(counts)
  return counts.map((count) => (total === 0 ? 1 / counts.length : count / total))
}
