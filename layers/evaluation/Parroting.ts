/**
 * What programmatic rewards invite small models to do: give the user's own words back, or say one thing over and over.
 * Both measures are shares in [0, 1]; 0 is none.
 */
import { wordsOf } from "./Checklist.ts"

/** Words in a row that count as copied: shorter runs are how people refer to what was said. */
const run = 4

/** Share of the reply's words that lie in a run of at least four copied in order from one of the user's messages. */
export const copyShare = (reply: string, userMessages: ReadonlyArray<string>): number => {
  const words = wordsOf(reply)
  const said = new Set(userMessages.flatMap((message) => grams(wordsOf(message), run)))
  const copied = words.map(() => false)
  grams(words, run).forEach((gram, at) => {
    if (said.has(gram)) copied.fill(true, at, at + run)
  })
  // A reply too short for a run is copied when a message holds all of it in order.
  if (words.length > 1 && words.length < run) {
    const whole = words.join(" ")
    return userMessages.some((message) => grams(wordsOf(message), words.length).includes(whole)) ? 1 : 0
  }
  return words.length < run ? 0 : copied.filter(Boolean).length / words.length
}

/** Share of the reply's two-word sequences that stood in it before. */
export const repetition = (reply: string): number => {
  const all = grams(wordsOf(reply), 2)
  return all.length === 0 ? 0 : 1 - new Set(all).size / all.length
}

const grams = (words: ReadonlyArray<string>, n: number): ReadonlyArray<string> =>
  words.length < n ? [] : Array.from({ length: words.length - n + 1 }, (_, i) => words.slice(i, i + n).join(" "))
