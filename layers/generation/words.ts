/** What checks and measures compare: the words of a text. */

/** Lower-cased words of a text. */
export const wordsOf = (text: string): ReadonlyArray<string> =>
  text
    .toLowerCase()
    .replaceAll("’", "'")
    .match(/[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu) ?? []

/** Words of four letters or more that are not function words. */
export const contentWords = (text: string): ReadonlyArray<string> =>
  wordsOf(text).filter((word) => word.length >= 4 && !functionWords.has(word))

/** The language most of whose marker words are there; undefined where none is. */
export const languageOf = (words: ReadonlyArray<string>): keyof typeof markers | undefined => {
  const counts = Object.entries(markers).map(
    ([code, marks]) => [code, words.filter((word) => marks.has(word)).length] as const,
  )
  const best = counts.reduce((a, b) => (b[1] > a[1] ? b : a))
  return best[1] === 0 ? undefined : (best[0] as keyof typeof markers)
}

const markers = {
  en: new Set("the and is are of to in that it you for with this can be your have not a i was on".split(" ")),
  de: new Set("der die das und ist nicht ein eine ich sie mit auf für zu den es von wie sind".split(" ")),
  fr: new Set("le la les et est un une des je vous pour dans que qui pas de du sur avec".split(" ")),
  es: new Set("el los las y es una por para que con en de no se del su lo como más".split(" ")),
} as const

const functionWords = new Set(
  (
    "about above after again also been before being could does doing done each even from have having here into just " +
    "like make many more most much must need only other over please really same shall should some such than thank thanks " +
    "that their them then there these they this those through very want well were what when where which while will with would your yours"
  ).split(" "),
)
