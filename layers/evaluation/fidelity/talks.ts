/** Simulated conversations beside those of the real users: intent overlap by turn, lengths, and when they end. */
import type { Conversation, Message } from "../../../src/domain/Conversation.ts"
import type { EndingComparison, Estimate, FidelityResult, Overlap } from "../../../src/domain/Fidelity.ts"
import type { EndingCounts } from "../../../src/domain/Results.ts"
import type { Rollout } from "../../../src/domain/Rollout.ts"
import { differenceOf, meanOf } from "./estimates.ts"
import type { Valued } from "./estimates.ts"
import { intentOverlap, intentWords } from "./intentOverlap.ts"
import type { Talk } from "./rows.ts"
import { lengthsOf, wasserstein, wordCount } from "./turnLengths.ts"

/** Of a simulated conversation; the user's words beside the end marker count as a turn where they are a message. */
export const simulatedTalk = (
  { prompt, sample, messages, ending }: Pick<Rollout, "prompt" | "sample" | "messages" | "ending">,
  intent: string | undefined,
): Talk => ({
  prompt,
  sample,
  human: false,
  turns: turnsOf(messages, intent),
  taken: messages.filter(({ role }) => role === "assistant").length,
  ending,
})

export const humanTalk = ({ id, messages, intent }: Pick<Conversation, "id" | "messages" | "intent">): Talk => {
  const turns = turnsOf(messages, intent)
  return { prompt: id, sample: 0, human: true, turns, taken: turns.length, ending: null }
}

/** In percent, up to the last turn that a simulated user has. Turns without a word that counts are not averaged. */
export const overlapOf = (talks: ReadonlyArray<Talk>): Overlap => {
  const last = Math.max(0, ...talks.map(({ human, turns }) => (human ? 0 : turns.length)))
  const at = (human: boolean, wanted: (turn: number) => boolean): ReadonlyArray<Valued> =>
    talks.flatMap((talk) =>
      talk.human !== human
        ? []
        : talk.turns.flatMap(({ overlap }, turn) =>
            overlap === null || !wanted(turn) ? [] : [{ conversation: talk.prompt, value: 100 * overlap }],
          ),
    )
  // The real users are read as far as the simulated ones can come: later turns would have no other side.
  const later = (turn: number) => turn > 0 && turn < last
  return {
    byTurn: Array.from({ length: last }, (_, turn) => ({
      turn,
      simulated: meanOf(at(false, (one) => one === turn)),
      human: meanOf(at(true, (one) => one === turn)),
    })),
    simulated: meanOf(at(false, later)),
    human: meanOf(at(true, later)),
    difference: differenceOf(at(false, later), at(true, later)),
  }
}

/** Of turns after the opening, the real users' up to the same turn as the simulated ones'. */
export const laterLengths = (talks: ReadonlyArray<Talk>): FidelityResult["lengths"] => {
  const last = Math.max(0, ...talks.map(({ human, turns }) => (human ? 0 : turns.length)))
  const words = (human: boolean) =>
    talks.flatMap((talk) => (talk.human === human ? talk.turns.slice(1, last).map((turn) => turn.words) : []))
  const [simulated, human] = [words(false), words(true)]
  return { simulated: lengthsOf(simulated), human: lengthsOf(human), distance: wasserstein(simulated, human) }
}

/** `limit` is in assistant turns, as conversations are held; the real users' turns beyond it count as at it. */
export const endingsOf = (talks: ReadonlyArray<Talk>, limit: number, kinds: EndingCounts): EndingComparison => {
  const simulated = talks.filter(({ ending }) => ending === "goodbye" || ending === "turn-limit")
  const met = new Set(simulated.map(({ prompt }) => prompt))
  const human = talks.filter((talk) => talk.human && met.has(talk.prompt))
  const turnsIn = ({ taken }: Talk) => Math.min(taken, limit)
  const valued = (side: ReadonlyArray<Talk>, of: (talk: Talk) => number): ReadonlyArray<Valued> =>
    side.map((talk) => ({ conversation: talk.prompt, value: of(talk) }))
  const count = (side: ReadonlyArray<Talk>, turns: number) => side.filter((talk) => turnsIn(talk) === turns).length
  const rows = Array.from({ length: limit }, (_, i) => ({
    turns: i + 1,
    simulated: count(simulated, i + 1),
    human: count(human, i + 1),
  }))
  const left = (talk: Talk) => Number(talk.human ? talk.taken < limit : talk.ending === "goodbye")
  const both = (of: (talk: Talk) => number): { simulated: Estimate | null; human: Estimate | null } => ({
    simulated: meanOf(valued(simulated, of)),
    human: meanOf(valued(human, of)),
  })
  return {
    limit,
    kinds,
    compared: simulated.length,
    turns: rows,
    left: both(left),
    mean: both(turnsIn),
    difference: differenceOf(valued(simulated, turnsIn), valued(human, turnsIn)),
    distance: totalVariation(
      rows.map((row) => row.simulated),
      rows.map((row) => row.human),
    ),
  }
}

/** Half the sum of the differences of two distributions, given as counts; null where one has none. */
export const totalVariation = (one: ReadonlyArray<number>, other: ReadonlyArray<number>): number | null => {
  const [a, b] = [one, other].map((counts) => counts.reduce((sum, count) => sum + count, 0))
  if (a === undefined || b === undefined || a === 0 || b === 0) return null
  return one.reduce((sum, count, i) => sum + Math.abs(count / a - (other[i] ?? 0) / b), 0) / 2
}

const turnsOf = (messages: ReadonlyArray<Message>, intent: string | undefined): Talk["turns"] => {
  const goal = intentWords(intent ?? "")
  return messages
    .filter(({ role }) => role === "user")
    .map(({ content }) => ({
      words: wordCount(content),
      overlap: goal.size === 0 ? null : intentOverlap(content, goal),
    }))
}
