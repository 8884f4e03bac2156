/**
 * Checks on a reply that a program can decide, as data: in the manner of IFEval (Zhou et al. 2023, arXiv 2311.07911),
 * with what conversations need besides. Words are runs of letters, digits and apostrophes.
 */
import { Schema } from "effect"
import type { Message } from "../../src/domain/Conversation.ts"
import type { CheckResult } from "../../src/domain/Rollout.ts"
import { contentWords, languageOf, wordsOf } from "../generation/words.ts"

const bound = Schema.Int.pipe(Schema.nonNegative())

/** Something to be found: it holds a letter or a digit, since only words are compared. */
const phrase = Schema.String.pipe(Schema.pattern(/[\p{L}\p{N}]/u))

export const Check = Schema.Union(
  /** Length in words, bounds included. */
  Schema.Struct({ kind: Schema.Literal("words"), min: Schema.optional(bound), max: Schema.optional(bound) }),
  /** At least one of the phrases, whatever the case, at word boundaries. */
  Schema.Struct({ kind: Schema.Literal("mentions"), any: Schema.NonEmptyArray(phrase) }),
  Schema.Struct({ kind: Schema.Literal("ends-with-question") }),
  /** The reply was finished: it ends with . ! ? or what closes after them. */
  Schema.Struct({ kind: Schema.Literal("ends-with-punctuation") }),
  /** At least two lines that begin with a bullet or a number. */
  Schema.Struct({ kind: Schema.Literal("list") }),
  Schema.Struct({ kind: Schema.Literal("no-list") }),
  /** Written in a language, by its most frequent words: en, de, fr or es. */
  Schema.Struct({ kind: Schema.Literal("language"), code: Schema.Literal("en", "de", "fr", "es") }),
  /** No three words in a row stand twice in the reply, and it is not an earlier reply again. */
  Schema.Struct({ kind: Schema.Literal("no-repetition") }),
  /** Shares a content word with the user's last message. */
  Schema.Struct({ kind: Schema.Literal("addresses-user") }),
)
export type Check = typeof Check.Type

/** A reply and what was said before it. */
export interface Replied {
  readonly reply: string
  readonly previousReplies: ReadonlyArray<string>
  /** The user's messages so far; the last one is what the reply answers. */
  readonly userMessages: ReadonlyArray<string>
}

export interface Checked {
  readonly passed: boolean
  /** What was found, for the transcript. */
  readonly reason: string
}

export const checkReply = (check: Check, { reply, previousReplies, userMessages }: Replied): Checked => {
  const words = wordsOf(reply)
  switch (check.kind) {
    case "words": {
      const { min = 0, max = Number.POSITIVE_INFINITY } = check
      return { passed: words.length >= min && words.length <= max, reason: `${words.length} words` }
    }
    case "mentions": {
      const padded = ` ${words.join(" ")} `
      const found = check.any.filter((phrase) => padded.includes(` ${wordsOf(phrase).join(" ")} `))
      return {
        passed: found.length > 0,
        reason: found.length > 0 ? `mentions ${found.join(", ")}` : `mentions none of ${check.any.join(", ")}`,
      }
    }
    case "ends-with-question":
      return outcome(/\?["')\]\s]*$/u.test(reply), "ends with a question", "does not end with a question")
    case "ends-with-punctuation":
      return outcome(/[.!?]["'”’)\]*`\s]*$/u.test(reply), "is finished", "breaks off")
    case "list":
      return outcome(listLines(reply) >= 2, "is a list", "is no list")
    case "no-list":
      return outcome(listLines(reply) < 2, "is no list", "is a list")
    case "language": {
      const language = languageOf(words)
      return {
        passed: language === check.code,
        reason: language === undefined ? "language not recognised" : `language ${language}`,
      }
    }
    case "no-repetition": {
      if (previousReplies.some((earlier) => wordsOf(earlier).join(" ") === words.join(" ")))
        return { passed: false, reason: "repeats an earlier reply" }
      const twice = repeatedTrigram(words)
      return { passed: twice === undefined, reason: twice === undefined ? "repeats nothing" : `repeats "${twice}"` }
    }
    case "addresses-user": {
      const asked = new Set(contentWords(userMessages.at(-1) ?? ""))
      const shared = contentWords(reply).find((word) => asked.has(word))
      return {
        passed: shared !== undefined,
        reason: shared === undefined ? "takes up no word of the user's" : `takes up "${shared}"`,
      }
    }
  }
}

export interface Scored {
  /** Mean over the checks of the share of replies that pass; 0 where there is no check or no reply. In [0, 1]. */
  readonly score: number
  /** One for each check, in order; passed when its share is 1. */
  readonly results: ReadonlyArray<CheckResult>
}

/**
 * Checks over all replies of a conversation. What a conversation has to contain (mentions, list, language) is met by
 * one reply; everything else is asked of each. The share of results passed is IFEval's
 * instruction-level strict accuracy of the conversation.
 */
export const scoreChecklist = (checks: ReadonlyArray<Check>, replies: ReadonlyArray<Replied>): Scored => {
  const all = checks.map((check) => {
    const found = replies.map((reply) => checkReply(check, reply))
    const share = mean(found.map(({ passed }) => (passed ? 1 : 0)))
    const score = once.has(check.kind) ? Math.ceil(share) : share
    const shown = found.find(({ passed }) => passed === (score === 1)) ?? found[0]
    return {
      score,
      result: { check: check.kind, passed: score === 1, reason: shown?.reason ?? "there is no reply" },
    }
  })
  return { score: mean(all.map(({ score }) => score)), results: all.map(({ result }) => result) }
}

const once: ReadonlySet<Check["kind"]> = new Set(["mentions", "list", "language"])

/** Every reply of a conversation with what was said before it. */
export const repliesOf = (messages: ReadonlyArray<Message>): ReadonlyArray<Replied> =>
  messages.flatMap(({ role, content }, i) => {
    if (role !== "assistant") return []
    const said = (by: "user" | "assistant") =>
      messages.slice(0, i).flatMap((message) => (message.role === by ? [message.content] : []))
    return [{ reply: content, previousReplies: said("assistant"), userMessages: said("user") }]
  })

const mean = (values: ReadonlyArray<number>) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

const outcome = (passed: boolean, yes: string, no: string): Checked => ({ passed, reason: passed ? yes : no })

const listLines = (text: string) => text.match(/^\s*(?:[-*•]|\d{1,3}[.)])\s+\S/gmu)?.length ?? 0

const repeatedTrigram = (words: ReadonlyArray<string>): string | undefined => {
  const seen = new Set<string>()
  for (let i = 0; i + 3 <= words.length; i++) {
    const trigram = words.slice(i, i + 3).join(" ")
    if (seen.has(trigram)) return trigram
    seen.add(trigram)
  }
  return undefined
}
