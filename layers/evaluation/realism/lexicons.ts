/**
 * The words by which user turns are told apart in style, in lists of our own: phrases are found at word borders, without
 * case, after ’ has become '. A pattern is a list's phrases or a rule that phrases can't say.
 */

const wordPhrases = (...lines: ReadonlyArray<string>) => lines.flatMap((line) => line.split(", "))

/** By the feature that they are for; docs/fidelity.md tells how each feature counts. */
export const phrases = {
  politeness: wordPhrases(
    "please, pls, plz, thanks, thank you, thank u, thx, ty, kindly, much appreciated, appreciate it, i appreciate, grateful",
    "could you, would you, would you mind, if you don't mind, if possible, sorry to bother, excuse me, pardon",
  ),
  formality: wordPhrases(
    "furthermore, moreover, therefore, however, nevertheless, consequently, accordingly, hence, thus, regarding, concerning",
    "with respect to, in accordance, in addition, additionally, i would like, i would appreciate, dear, sincerely, regards",
    "kindly, provide, assist, inquire, obtain, require, ensure, utilize, prior to, in order to",
  ),
  /** At the beginning of a turn. */
  acknowledgment: wordPhrases(
    "ok, okay, k, alright, all right, right, sure, yes, yeah, yep, yup, got it, i see, i understand, understood, makes sense",
    "great, perfect, cool, nice, good, awesome, excellent, fine, thanks, thank you, thx, that helps, that works, wonderful",
  ),
  /** Speaks as the assistant, or of itself as one. */
  identity: wordPhrases(
    "as an ai, as a language model, as an assistant, i am an ai, i'm an ai, how can i help, how may i help, how can i assist",
    "how may i assist, i can help you, i'd be happy to help, i'm happy to help, happy to assist, i'm here to help, feel free to ask",
    "let me know if you, i hope this helps, is there anything else i can, here is the code you, here's the code you",
  ),
  uncertainty: wordPhrases(
    "maybe, perhaps, probably, possibly, i think, i guess, i suppose, not sure, unsure, i'm not certain, idk, i don't know, dunno",
    "might be, could be, kind of, sort of, somehow, i'm confused, confused, no idea, i believe, if i remember, not really sure",
  ),
  certainty: wordPhrases(
    "definitely, certainly, absolutely, exactly, obviously, clearly, of course, for sure, i'm sure, i am sure, i'm certain",
    "without a doubt, no doubt, surely, undoubtedly, i know that, must be, guaranteed, positive that",
  ),
  pushback: wordPhrases(
    "that's wrong, that is wrong, you're wrong, you are wrong, incorrect, not correct, that's not right, that's not what, not what i",
    "doesn't work, does not work, didn't work, not working, still not, i said, i asked, i already, i told you, you didn't, you did not",
    "i disagree, but you, that's not true, are you sure, wrong, mistake, no i, not quite, doesn't make sense, too long, too short",
  ),
  clarification: wordPhrases(
    "what do you mean, what does that mean, what does it mean, what is that, what's that, can you explain, could you explain",
    "please explain, can you clarify, could you clarify, clarify, which one, how so, why is that, why did you, i don't understand",
    "i don't get, i didn't understand, meaning of, do you mean, so you mean, in other words, elaborate, like what, such as what",
  ),
  emotion: wordPhrases(
    "love, hate, happy, sad, angry, upset, annoyed, annoying, frustrated, frustrating, excited, afraid, scared, worried, anxious",
    "wow, omg, ugh, argh, yay, haha, lol, lmao, damn, awesome, amazing, terrible, awful, horrible, great, wonderful, sorry",
    "glad, thrilled, disappointed, stressed, wtf",
  ),
  accusation: wordPhrases(
    "you're wrong, you are wrong, you were wrong, you said, you told me, you keep, you always, you never, you failed, you forgot",
    "you ignored, you missed, you made a mistake, you lied, you're lying, you didn't, you did not, you don't, you don't understand",
    "your fault, your mistake, stop doing, useless, stupid, dumb, idiot, ridiculous, you can't even, waste of time, pathetic",
  ),
  pivot: wordPhrases(
    "instead, rather than that, let's try, let me try, lets try, try another, another way, another approach, different approach",
    "different way, alternatively, alternative, forget it, forget that, never mind, nevermind, start over, from scratch, what if we",
    "what about, how about, change it to, change the, switch to, let's change, something else, something different, new topic",
  ),
} as const

export type Lexicon = keyof typeof phrases

const escaped = (phrase: string) => phrase.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")

const patterns = Object.fromEntries(
  Object.entries(phrases).map(([name, list]) => {
    const any = [...list].sort((a, b) => b.length - a.length).map(escaped)
    const whole = `(?:${any.join("|")})(?![\\p{L}\\p{N}'])`
    return [name, new RegExp(name === "acknowledgment" ? `^\\W*${whole}` : `(?<![\\p{L}\\p{N}'])${whole}`, "u")]
  }),
) as Record<Lexicon, RegExp>

export const says = (lexicon: Lexicon, text: string): boolean =>
  patterns[lexicon].test(text.toLowerCase().replaceAll("’", "'").replaceAll(/\s+/g, " ").trim())

/** Asks for something to know: a question mark outside of addresses, or a beginning as questions have it. */
export const asks = (text: string): boolean => {
  const plain = text.replaceAll(/\S*(?:\/\/|www\.)\S*/g, " ").trim()
  return plain.includes("?") || questionWord.test(plain.toLowerCase())
}

const questionWord =
  /^(?:what|what's|whats|who|whom|whose|which|when|where|why|how|can you tell|could you tell|tell me|do you know|is there|are there|does|did)(?![\p{L}\p{N}'])/u

/** Feelings shown by signs: marks in a row, emoticons, emoji, and whole words in capitals. */
export const emotes = (text: string): boolean =>
  /[!?]{2,}|(?<!\S)[:;]['-]?[()DPp/|](?!\S)|<3|\p{Extended_Pictographic}/u.test(text) ||
  (/\p{Lu}{4,}\s+\p{Lu}{3,}/u.test(text) && /\p{L}/u.test(text))

/**
 * What names one thing and no other: addresses, quoted words, words with a digit, paths and files, and names of code
 * (snake_case, camelCase). Each is counted once where several rules find it.
 */
export const identifiers = (text: string): number => text.match(identifier)?.length ?? 0

const identifier = new RegExp(
  [
    "\\w+://\\S+",
    "www\\.\\S+",
    "[\\w.+-]+@[\\w-]+\\.[\\w.]+",
    '"[^"\\n]{1,80}"',
    "“[^”\\n]{1,80}”",
    "`[^`\\n]{1,80}`",
    "(?:\\.{0,2}/)?(?:[\\w-]+/)+[\\w.-]+",
    "\\b[\\w-]+\\.(?:[a-z]{2,4})\\b",
    "\\b\\w*_\\w+\\b",
    "\\b[a-z]+[A-Z]\\w*\\b",
    "\\b\\w*\\d\\w*(?:[.,:/-]\\d+)*%?",
  ].join("|"),
  "gu",
)
