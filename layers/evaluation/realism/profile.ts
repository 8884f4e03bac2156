/** What is counted in one text: sums of profiles describe many texts, so that texts need not be kept. */
import type { Language } from "./Language.ts"
import { caseCounts, charactersPerWord, punctuationCounts, wordsOf } from "./surface.ts"

export interface Profile {
  readonly words: number
  /** Code points, mean over the words. */
  readonly charactersPerWord: number
  readonly spelling: { readonly checked: number; readonly unknown: number }
  readonly tags: ReadonlyArray<number>
  readonly marks: ReadonlyArray<number>
  readonly letters: ReadonlyArray<number>
  /** Shares that sum to 1. */
  readonly sentiment: ReadonlyArray<number>
  /** Where an embedding model was asked for. */
  readonly vector?: ReadonlyArray<number> | undefined
}

/** Undefined for a text without a word: it says nothing that could be compared. */
export const profileOf = (
  text: string,
  { tagCounts, spelling, sentiment }: Language,
  vector?: ReadonlyArray<number>,
): Profile | undefined => {
  const words = wordsOf(text).length
  if (words === 0) return undefined
  return {
    words,
    charactersPerWord: charactersPerWord(text),
    spelling: spelling(text),
    tags: tagCounts(text),
    marks: punctuationCounts(text),
    letters: caseCounts(text),
    sentiment: sentiment(text),
    ...(vector === undefined ? {} : { vector }),
  }
}
