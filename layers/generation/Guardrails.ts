/**
 * What a simulated user's turn must not be. A turn that is refused is drawn again under a seed of its own, a little
 * hotter each time (paper 1.3, 3.4, 3.9); every refusal is counted by its reason.
 */
import { Schema } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { UserTurn } from "./Speaker.ts"
import { wordsOf } from "./words.ts"

const count = Schema.NonNegativeInt
const positive = Schema.Int.pipe(Schema.positive())

/** Openings of turns in which a model forgets that it is the user. Compared without case at the turn's beginning. */
export const assistantOpenings = [
  "as an ai",
  "as a language model",
  "certainly!",
  "certainly,",
  "of course!",
  "sure, here",
  "sure, i can",
  "absolutely!",
  "great question",
  "how can i help",
  "how can i assist",
  "how may i help",
  "how may i assist",
  "i'd be happy to",
  "i would be happy to",
  "i'm happy to",
  "i'm here to help",
  "i'm sorry, but i can't",
  "i'm sorry, but as",
  "thank you for your question",
  "you're welcome",
] as const

export const Guardrails = Schema.Struct({
  /** Draws after the first. */
  redraws: Schema.optionalWith(count, { default: () => 5 }),
  /** When every draw is refused: `end` ends the conversation and says so, `accept` takes the last if it says anything. */
  exhausted: Schema.optionalWith(Schema.Literal("end", "accept"), { default: () => "end" as const }),
  /** Words of one turn, at most. Default 600: the 99th percentile of real turns after the opening is about that. */
  maxWords: Schema.optionalWith(positive, { default: () => 600 }),
  /**
   * Jaccard similarity of the words with an earlier user turn from which on a turn is a repetition; 1 refuses only the
   * same text. Default 0.9.
   */
  duplicates: Schema.optionalWith(Schema.Number.pipe(Schema.between(0.1, 1)), { default: () => 0.9 }),
  /** Which earlier user turns: all, the one before, or none, so that repetitions stand. */
  duplicatesOf: Schema.optionalWith(Schema.Literal("any", "previous", "none"), { default: () => "any" as const }),
  /** Beginnings that are refused as those of an assistant, without case. */
  openings: Schema.optionalWith(Schema.Array(Schema.NonEmptyTrimmedString), { default: () => assistantOpenings }),
  /** Consecutive words of the intent that a turn may not copy; 0 allows any. Default 8. */
  copiedIntent: Schema.optionalWith(count, { default: () => 8 }),
  /** User turns, the opening included, before which a user doesn't leave. Default 1: it may leave after one reply. */
  minTurns: Schema.optionalWith(positive, { default: () => 1 }),
})
export type Guardrails = typeof Guardrails.Type

/** What refused draws are counted by. */
export type RefusalReason =
  | "empty"
  | "too long"
  | "repeats an earlier turn"
  | "sounds like an assistant"
  | "copies the intent"
  | "leaves too early"
  | "invalid reply"

/** As the paper's fine-tuned simulators: the previous turn is not repeated, five redraws, then the repetition stands. */
export const paperGuardrails: typeof Guardrails.Encoded = {
  exhausted: "accept",
  maxWords: 1_000_000,
  duplicates: 1,
  duplicatesOf: "previous",
  openings: [],
  copiedIntent: 0,
}

/** Why a turn is refused; undefined where it may stand. `messages` are what was said before it. */
export const refusalOf = (
  turn: UserTurn,
  { messages, intent }: { readonly messages: ReadonlyArray<Message>; readonly intent: string | undefined },
  rules: Guardrails,
): RefusalReason | undefined => {
  const said = messages.filter(({ role }) => role === "user")
  if (turn._tag === "Left") return said.length < rules.minTurns ? "leaves too early" : undefined
  const { text } = turn
  if (text.trim() === "") return "empty"
  if (text.trim().split(/\s+/).length > rules.maxWords) return "too long"
  const earlier = { any: said, previous: said.slice(-1), none: [] }[rules.duplicatesOf]
  if (earlier.some(({ content }) => repeats(text, content, rules.duplicates))) return "repeats an earlier turn"
  const beginning = normal(text)
  if (rules.openings.some((opening) => beginning.startsWith(normal(opening)))) return "sounds like an assistant"
  if (intent !== undefined && rules.copiedIntent > 0 && copies(text, intent, rules.copiedIntent)) {
    return "copies the intent"
  }
  return undefined
}

const normal = (text: string) => text.trim().toLowerCase().replaceAll(/\s+/g, " ").replaceAll("’", "'")

const repeats = (text: string, earlier: string, threshold: number) =>
  normal(text) === normal(earlier) ||
  (threshold < 1 && jaccard(new Set(wordsOf(text)), new Set(wordsOf(earlier))) >= threshold)

/** Of two sets of words; 0 where both are empty. */
export const jaccard = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  let shared = 0
  for (const word of a) if (b.has(word)) shared++
  const union = a.size + b.size - shared
  return union === 0 ? 0 : shared / union
}

/** Whether `text` has `length` consecutive words of `source`. */
export const copies = (text: string, source: string, length: number): boolean => {
  const own = new Set(runs(wordsOf(text), length))
  return runs(wordsOf(source), length).some((run) => own.has(run))
}

const runs = (words: ReadonlyArray<string>, length: number) =>
  Array.from({ length: Math.max(0, words.length - length + 1) }, (_, i) => words.slice(i, i + length).join(" "))
