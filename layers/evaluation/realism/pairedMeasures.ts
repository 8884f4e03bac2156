/**
 * The paper's measures of simulated user turns beside the real ones at the same place (appendix I.1): by turn, then the
 * mean by session, then over sessions, every session as much as any other. Texts that have no mark, no letter or no tag
 * to compare are left out of that measure; the paper's code takes them as uniform (see `divergence`).
 */
import { jensenShannon } from "../statistics/jensenShannon.ts"
import { cosineDistance } from "./Embedder.ts"
import { meanOrNull } from "./meanOrNull.ts"
import type { Profile } from "./profile.ts"
import type { Sides } from "./replay.ts"

/** Undefined where a side said nothing. */
export interface ProfiledTurn {
  readonly human: Profile | undefined
  readonly simulated: Profile | undefined
}

/** Null where nothing could be measured. */
export interface PairedMeasures {
  readonly words: Sides
  readonly charactersPerWord: Sides
  /** Share of the words that a dictionary can tell about which it doesn't know. */
  readonly typoRate: Sides
  /** Jensen-Shannon divergences in nats, 0 to 0.693. */
  readonly partsOfSpeech: number | null
  readonly punctuation: number | null
  readonly letterCase: number | null
  readonly sentiment: number | null
  /** 1 - cosine, 0 to 2. */
  readonly embedding: number | null
}

export const sessionMeasures = (turns: ReadonlyArray<ProfiledTurn>): PairedMeasures => {
  const of = (measure: (profile: Profile) => number | null): Sides =>
    sides(
      meanOrNull(turns.map(({ human }) => (human === undefined ? null : measure(human)))),
      meanOrNull(turns.map(({ simulated }) => (simulated === undefined ? null : measure(simulated)))),
    )
  const apart = (distance: (human: Profile, simulated: Profile) => number | null) =>
    meanOrNull(
      turns.map(({ human, simulated }) =>
        human === undefined || simulated === undefined ? null : distance(human, simulated),
      ),
    )
  const divergence = (counts: (profile: Profile) => ReadonlyArray<number>) =>
    apart((human, simulated) => jensenShannon(counts(human), counts(simulated))?.nats ?? null)
  return {
    words: of(({ words }) => words),
    charactersPerWord: of(({ charactersPerWord }) => charactersPerWord),
    typoRate: of(({ spelling: { checked, unknown } }) => (checked === 0 ? null : unknown / checked)),
    partsOfSpeech: divergence(({ tags }) => tags),
    punctuation: divergence(({ marks }) => marks),
    letterCase: divergence(({ letters }) => letters),
    sentiment: divergence(({ sentiment }) => sentiment),
    embedding: apart(({ vector: one }, { vector: other }) =>
      one === undefined || other === undefined ? null : cosineDistance(one, other),
    ),
  }
}

/** Differences are means of the sessions' differences. */
export const meanMeasures = (sessions: ReadonlyArray<PairedMeasures>): PairedMeasures => {
  const of = (field: "words" | "charactersPerWord" | "typoRate"): Sides => ({
    human: meanOrNull(sessions.map((session) => session[field].human)),
    simulated: meanOrNull(sessions.map((session) => session[field].simulated)),
    difference: meanOrNull(sessions.map((session) => session[field].difference)),
  })
  const apart = (field: "partsOfSpeech" | "punctuation" | "letterCase" | "sentiment" | "embedding") =>
    meanOrNull(sessions.map((session) => session[field]))
  return {
    words: of("words"),
    charactersPerWord: of("charactersPerWord"),
    typoRate: of("typoRate"),
    partsOfSpeech: apart("partsOfSpeech"),
    punctuation: apart("punctuation"),
    letterCase: apart("letterCase"),
    sentiment: apart("sentiment"),
    embedding: apart("embedding"),
  }
}

const sides = (human: number | null, simulated: number | null): Sides => ({
  human,
  simulated,
  difference: human === null || simulated === null ? null : simulated - human,
})
