/**
 * How users talk, in 19 numbers of four blocks: communication style, information pattern, clarification, and reaction to
 * errors. The features are those of the User-Sim Index (arXiv 2603.11245; paper 3.7), the lists and rules are our own.
 * All are at least 0; rates are shares of user turns.
 */
import { jaccard } from "../../generation/Guardrails.ts"
import { wordsOf as wordTokens } from "../../generation/words.ts"
import { mean, sampleDeviation } from "../statistics/moments.ts"
import { asks, emotes, identifiers, says } from "./lexicons.ts"
import { wordsOf } from "./surface.ts"

export const blocks = {
  "communication style": [
    "words per turn",
    "short turns",
    "politeness",
    "formality",
    "acknowledgment",
    "verbosity variation",
    "repetition",
    "identity confusion",
  ],
  "information pattern": ["front loading", "identifiers per turn", "opening length"],
  clarification: ["uncertainty", "certainty", "pushback", "clarification question", "information seeking"],
  "error reaction": ["emotional expression", "accusation", "strategy pivot"],
} as const

export type BlockName = keyof typeof blocks
export type Feature = (typeof blocks)[BlockName][number]
export const features: ReadonlyArray<Feature> = Object.values(blocks).flat()

/** Sum and number of what a conversation adds to each feature; features are means of these over all conversations. */
export type Counted = Readonly<Record<Feature, { readonly sum: number; readonly count: number }>>

/**
 * Of the user turns of one conversation, in order. Where `opened` is false its first turn is not among them, and what is
 * told by it is missing. Turns without a word are left out.
 */
export const countFeatures = (said: ReadonlyArray<string>, opened = true): Counted => {
  const turns = said.filter((text) => wordsOf(text).length > 0)
  const words = turns.map((text) => wordsOf(text).length)
  const total = words.reduce((sum, count) => sum + count, 0)
  const later = opened ? turns.slice(1) : turns
  const rate = (of: (text: string) => boolean, among = turns) => ({
    sum: among.filter(of).length,
    count: among.length,
  })
  const once = (value: number | null) => (value === null ? none : { sum: value, count: 1 })
  return {
    "words per turn": { sum: total, count: turns.length },
    "short turns": rate((text) => wordsOf(text).length <= shortest),
    politeness: rate((text) => says("politeness", text)),
    formality: rate((text) => says("formality", text)),
    acknowledgment: rate((text) => says("acknowledgment", text), later),
    "verbosity variation": once(words.length < 2 ? null : sampleDeviation(words) / mean(words)),
    repetition: { sum: repeats(turns), count: Math.max(0, turns.length - 1) },
    "identity confusion": rate((text) => says("identity", text)),
    "front loading": once(!opened || turns.length < 2 ? null : words[0]! / total),
    "identifiers per turn": { sum: turns.reduce((sum, text) => sum + identifiers(text), 0), count: turns.length },
    "opening length": once(!opened || turns.length === 0 ? null : words[0]!),
    uncertainty: rate((text) => says("uncertainty", text)),
    certainty: rate((text) => says("certainty", text)),
    pushback: rate((text) => says("pushback", text), later),
    "clarification question": rate((text) => says("clarification", text), later),
    "information seeking": rate(asks),
    "emotional expression": rate((text) => says("emotion", text) || emotes(text)),
    accusation: rate((text) => says("accusation", text)),
    "strategy pivot": rate((text) => says("pivot", text), later),
  }
}

export type Features = Readonly<Record<Feature, number | null>>

/** Null where no conversation tells anything of a feature. */
export const featuresOf = (conversations: ReadonlyArray<Counted>): Features =>
  Object.fromEntries(
    features.map((name) => {
      let [sum, count] = [0, 0]
      for (const one of conversations) {
        sum += one[name].sum
        count += one[name].count
      }
      return [name, count === 0 ? null : sum / count]
    }),
  ) as Features

/** Sørensen-Dice of two rates: 2 min / (sum), 1 where both are 0; in [0, 1]. */
export const dice = (one: number, other: number): number =>
  one + other === 0 ? 1 : (2 * Math.min(one, other)) / (one + other)

/** Mean similarity over the features of each block that both sides have; null where they have none. */
export const blockSimilarities = (human: Features, simulated: Features): Readonly<Record<BlockName, number | null>> =>
  Object.fromEntries(
    Object.entries(blocks).map(([block, names]) => {
      const known = names.flatMap((name) => {
        const [h, m] = [human[name], simulated[name]]
        return h === null || m === null ? [] : [dice(h, m)]
      })
      return [block, known.length === 0 ? null : mean(known)]
    }),
  ) as Record<BlockName, number | null>

/** Words of a turn that is short, at most. */
const shortest = 3

/** From which Jaccard similarity of its words with an earlier own turn on a turn is a repetition. */
const alike = 0.5

const repeats = (turns: ReadonlyArray<string>): number => {
  const sets = turns.map((text) => new Set(wordTokens(text)))
  return sets.filter((set, at) => sets.slice(0, at).some((earlier) => jaccard(set, earlier) >= alike)).length
}

const none = { sum: 0, count: 0 }
