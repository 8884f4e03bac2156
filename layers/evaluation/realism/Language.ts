/**
 * What needs knowledge of English: parts of speech (wink-nlp with its lite web model), spelling (the Hunspell dictionary
 * of American English, read by nspell) and sentiment (VADER). Loaded when it is first asked for, since it takes seconds;
 * all of it is on this machine and gives the same for the same text.
 */
import { Effect } from "effect"
import { wordsOf } from "../../generation/words.ts"

export interface Language {
  /** How often each of `partsOfSpeech` occurs. */
  readonly tagCounts: (text: string) => ReadonlyArray<number>
  /** Words that the dictionary can tell about, and how many of them it doesn't know. */
  readonly spelling: (text: string) => { readonly checked: number; readonly unknown: number }
  /** Shares of the text that are negative, neutral and positive; all 0 where there is no word. */
  readonly sentiment: (text: string) => readonly [negative: number, neutral: number, positive: number]
}

/** The 17 universal tags, as spaCy has them too. What is between words (spaces) has none. */
export const partsOfSpeech = [
  "ADJ",
  "ADP",
  "ADV",
  "AUX",
  "CCONJ",
  "DET",
  "INTJ",
  "NOUN",
  "NUM",
  "PART",
  "PRON",
  "PROPN",
  "PUNCT",
  "SCONJ",
  "SYM",
  "VERB",
  "X",
] as const

/** Words longer than this are no words: taggers take seconds to minutes over one of thousands of characters. */
const longestWord = 64

/** Characters of a text that are read, from its beginning, such words aside. */
const longestText = 20_000

const load: Effect.Effect<Language> = Effect.gen(function* () {
  const [wink, model, speller, dictionary, vader] = yield* Effect.promise(() =>
    Promise.all([
      import("wink-nlp"),
      import("wink-eng-lite-web-model"),
      import("nspell"),
      import("dictionary-en"),
      import("vader-sentiment"),
    ]),
  )
  const tagger = wink.default(model.default, ["pos"])
  const spell = speller.default({
    aff: Buffer.from(dictionary.default.aff),
    dic: Buffer.from(dictionary.default.dic),
  })
  const place = new Map<string, number>(partsOfSpeech.map((tag, at) => [tag, at]))
  // As a name or an abbreviation too: letter case is measured by itself.
  const known = (word: string) =>
    [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()].some((one) => spell.correct(one))
  return {
    tagCounts: (text) => {
      const counts = partsOfSpeech.map(() => 0)
      for (const tag of tagger.readDoc(readable(text)).tokens().out(tagger.its.pos) as ReadonlyArray<string>) {
        const at = place.get(tag)
        if (at !== undefined) counts[at]! += 1
      }
      return counts
    },
    spelling: (text) => {
      const words = spelt(readable(text))
      return { checked: words.length, unknown: words.filter((word) => !known(word)).length }
    },
    sentiment: (text) => {
      const { neg, neu, pos } = vader.default.SentimentIntensityAnalyzer.polarity_scores(readable(text))
      return [neg, neu, pos]
    },
  }
})

let loaded: Language | undefined

/** One for the process. */
export const language: Effect.Effect<Language> = Effect.suspend(() =>
  loaded === undefined ? Effect.tap(load, (one) => Effect.sync(() => void (loaded = one))) : Effect.succeed(loaded),
)

/** Words of letters, two at least, in lower case; addresses and what has digits are no words of a dictionary. */
export const spelt = (text: string): ReadonlyArray<string> =>
  wordsOf(text.replaceAll(/\S*(?:\/\/|@|www\.)\S*/g, " ")).filter(
    (word) => /^[\p{L}']+$/u.test(word) && [...word].length > 1,
  )

const readable = (text: string): string =>
  text
    .split(/\s+/)
    .filter((part) => part.length <= longestWord)
    .join(" ")
    .slice(0, longestText)
