/** An intent from what a model answered, or why the answer is none. */
import { Either, Schema } from "effect"
import { withoutThoughts } from "../../llm/looseJson.ts"
import { copies } from "../Guardrails.ts"
import { wordsOf } from "../words.ts"
import { intentOpening } from "./IntentPrompt.ts"

/** What an answer is refused for. The last three are failures of the call, which gave no text. */
export const IntentRefusal = Schema.Literal(
  "empty",
  "wrong opening",
  "several paragraphs",
  "too long",
  "copies the user",
  "cut off",
  "refused",
  "invalid answer",
  "context overflow",
)
export type IntentRefusal = typeof IntentRefusal.Type

export interface Rules {
  /** Consecutive words that an intent may have in common with a user turn, at most. */
  readonly maxCopied: number
  readonly maxWords: number
}

export interface Answer {
  readonly text: string
  readonly finish: "stop" | "length"
}

/** The intent in an answer: without thoughts, fences and quotation marks around it; checked by the rules. */
export const readIntent = (
  answer: Answer,
  userTurns: ReadonlyArray<string>,
  rules: Rules,
): Either.Either<string, IntentRefusal> => {
  const whole = bare(withoutThoughts(answer.text))
  if (whole === "") return Either.left(answer.finish === "length" ? "cut off" : "empty")
  const text = answer.finish === "length" ? wholeSentences(whole) : whole
  const refusal = text === undefined ? "cut off" : refusalOf(text, userTurns, rules)
  return refusal === undefined ? Either.right(text!) : Either.left(refusal)
}

const refusalOf = (text: string, userTurns: ReadonlyArray<string>, rules: Rules): IntentRefusal | undefined => {
  if (!text.startsWith(intentOpening)) return "wrong opening"
  const wanted = text.slice(intentOpening.length)
  const words = wordsOf(wanted)
  if (words.length === 0) return "empty"
  // "... model today" begins with the required letters, and not with the required words.
  if (!/^\s/.test(wanted)) return "wrong opening"
  if (/[\r\n]/.test(text)) return "several paragraphs"
  if (wordsOf(intentOpening).length + words.length > rules.maxWords) return "too long"
  return userTurns.some((turn) => copies(wanted, turn, rules.maxCopied + 1)) ? "copies the user" : undefined
}

const bare = (text: string): string => {
  const inner = text.trim()
  const unfenced = fence.exec(inner)?.[1]
  if (unfenced !== undefined) return bare(unfenced)
  const unquoted = pairs.some(([open, close]) => inner.length > 1 && inner.startsWith(open) && inner.endsWith(close))
  return unquoted ? bare(inner.slice(1, -1)) : inner
}

const fence = /^```[\w-]*\s*\n?([\s\S]*?)\n?\s*```$/

const pairs = [
  ['"', '"'],
  ["'", "'"],
  ["`", "`"],
  ["“", "”"],
  ["‘", "’"],
  ["«", "»"],
] as const

/** Up to the last end of a sentence. */
const wholeSentences = (text: string): string | undefined => /^[\s\S]*[.!?](?=\s|$)/.exec(text)?.[0]
