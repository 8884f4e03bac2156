/**
 * A simulator that replayed real conversations (each turn generated from the real ones before it), beside the real user:
 * surface measures by turn, then by session, then over sessions, and how well it knows when to stop (paper, appendix I.1).
 */
import { meanOrNull } from "./meanOrNull.ts"
import { caseCounts, charactersPerWord, divergence, punctuationCounts, wordsOf } from "./surface.ts"
import type { Unmarked } from "./surface.ts"

export interface ReplayedTurn {
  /** Null in the place where the real user said nothing more. */
  readonly human: string | null
  readonly simulated: string
  /** The simulator ended the conversation here. */
  readonly ended: boolean
}

/** Means over what could be measured; null where nothing could. */
export interface Surface {
  /** Of turns with a word, each side's own. */
  readonly words: Sides
  readonly charactersPerWord: Sides
  /** In nats, 0 to 0.693, over turns where both sides have a word. */
  readonly punctuation: number | null
  readonly letterCase: number | null
}

export interface Sides {
  readonly human: number | null
  readonly simulated: number | null
  /** Simulated less human. */
  readonly difference: number | null
}

export const sessionSurface = (turns: ReadonlyArray<ReplayedTurn>, unmarked: Unmarked = "uniform"): Surface => {
  const human = turns.flatMap(({ human }) => (human !== null && hasWord(human) ? [human] : []))
  const simulated = turns.flatMap((turn) => (hasWord(turn.simulated) ? [turn.simulated] : []))
  const both = turns.flatMap(({ human, simulated }) =>
    human !== null && hasWord(human) && hasWord(simulated) ? [{ human, simulated }] : [],
  )
  const of = (measure: (text: string) => number) =>
    sides(meanOrNull(human.map(measure)), meanOrNull(simulated.map(measure)))
  const apart = (counts: (text: string) => ReadonlyArray<number>) =>
    meanOrNull(both.map(({ human, simulated }) => divergence(counts, human, simulated, unmarked)))
  return {
    words: of((text) => wordsOf(text).length),
    charactersPerWord: of(charactersPerWord),
    punctuation: apart(punctuationCounts),
    letterCase: apart(caseCounts),
  }
}

/** Every session weighs the same. Differences are means of the sessions' differences. */
export const overSessions = (sessions: ReadonlyArray<Surface>): Surface => {
  const ofSides = (field: "words" | "charactersPerWord"): Sides => ({
    human: meanOrNull(sessions.map((session) => session[field].human)),
    simulated: meanOrNull(sessions.map((session) => session[field].simulated)),
    difference: meanOrNull(sessions.map((session) => session[field].difference)),
  })
  return {
    words: ofSides("words"),
    charactersPerWord: ofSides("charactersPerWord"),
    punctuation: meanOrNull(sessions.map(({ punctuation }) => punctuation)),
    letterCase: meanOrNull(sessions.map(({ letterCase }) => letterCase)),
  }
}

export interface Termination {
  /** Ends in the right place, ends while the real user went on, and ends that were missed. */
  readonly right: number
  readonly early: number
  readonly missed: number
  readonly precision: number | null
  readonly recall: number | null
  /** 2 right / (2 right + early + missed), over all turns of all sessions. */
  readonly f1: number | null
}

/** An early end counts as early there and, where the simulator then goes on at the last place, as missed here. */
export const termination = (turns: ReadonlyArray<ReplayedTurn>): Termination => {
  const right = turns.filter(({ human, ended }) => human === null && ended).length
  const early = turns.filter(({ human, ended }) => human !== null && ended).length
  const missed = turns.filter(({ human, ended }) => human === null && !ended).length
  return scored(right, early, missed)
}

/** The measures of so many ends: in place, before it, and not there. */
export const scored = (right: number, early: number, missed: number): Termination => {
  const by = (part: number, all: number) => (all === 0 ? null : part / all)
  return {
    right,
    early,
    missed,
    precision: by(right, right + early),
    recall: by(right, right + missed),
    f1: by(2 * right, 2 * right + early + missed),
  }
}

const hasWord = (text: string) => wordsOf(text).length > 0

const sides = (human: number | null, simulated: number | null): Sides => ({
  human,
  simulated,
  difference: human === null || simulated === null ? null : simulated - human,
})
