/**
 * How much of its intent a user gives away in a turn: |U ∩ I| / |U| over the sets of words of turn and intent, stop
 * words removed (paper 3.4, 3.9). People say little of it at a time; assistants that play users recite it.
 */
import { wordsOf } from "../../generation/words.ts"
import { intentOpening } from "../../generation/intents/IntentPrompt.ts"
import { stopWords } from "./stopWords.ts"

/** Words that count, each once. */
export const countingWords = (text: string): ReadonlySet<string> =>
  new Set(wordsOf(text).filter((word) => !stopWords.has(word)))

/** The words with which every intent begins say nothing of the goal. */
export const intentWords = (intent: string): ReadonlySet<string> => {
  const text = intent.trim()
  return countingWords(text.startsWith(intentOpening) ? text.slice(intentOpening.length) : text)
}

/** In [0, 1]; null where the turn has no word that counts. */
export const intentOverlap = (turn: string, intent: ReadonlySet<string>): number | null => {
  const words = countingWords(turn)
  if (words.size === 0) return null
  let shared = 0
  for (const word of words) if (intent.has(word)) shared++
  return shared / words.size
}
