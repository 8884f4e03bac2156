/**
 * How well a simulator knows when the real user had done (paper 3.4, 3.9), from its answers at every place of a real
 * conversation. Two conventions, since sources differ: by its first end, as a conversation would have gone (an early end
 * is a false alarm there and the real end a miss), and by every place alone, as the simulator was asked.
 */
import { mean } from "../statistics/moments.ts"
import { scored, termination } from "./replay.ts"
import type { Termination } from "./replay.ts"

export interface Place {
  /** User turns, the opening being 1. */
  readonly position: number
  /** The real user said nothing more. */
  readonly over: boolean
  /** Null where the simulator gave no answer. */
  readonly ended: boolean | null
}

export interface Answers {
  readonly places: ReadonlyArray<Place>
  /** The place where the real user said nothing more, whether or not it was asked at; null where it is beyond all. */
  readonly end: number | null
}

/** Of a replayed conversation: the opening is no place to end at. */
export const answersOf = ({ places, end }: Replayed): Answers => ({
  end,
  places: places
    .filter(({ position }) => position > 1)
    .map(({ position, human, ended }) => ({ position, over: human === null, ended })),
})

interface Replayed extends Pick<Answers, "end"> {
  readonly places: ReadonlyArray<Omit<Place, "over"> & { readonly human: string | null }>
}

export interface Terminations {
  readonly firstEnd: Termination
  readonly everyPlace: Termination
  /** Conversations by their first end; `never` didn't end though the real user had. */
  readonly sessions: {
    readonly right: number
    readonly early: number
    readonly never: number
    /** Not over within the places asked, and not ended by the simulator either: no place to be right or wrong. */
    readonly open: number
    /** An answer is missing before the first end. */
    readonly missing: number
  }
  /** User turns by which the first end came before the real one, over the conversations that both ended; at least 0. */
  readonly tooEarly: { readonly mean: number | null; readonly n: number }
}

export const terminations = (conversations: ReadonlyArray<Answers>): Terminations => {
  const sessions = { right: 0, early: 0, never: 0, open: 0, missing: 0 }
  const errors: Array<number> = []
  let early = 0
  let missed = 0
  for (const { places, end } of conversations) {
    const first = places.find(({ ended }) => ended !== false)
    if (first?.ended === null) sessions.missing++
    else if (first === undefined) {
      if (end === null) sessions.open++
      else {
        sessions.never++
        missed++
      }
    } else if (first.over) {
      sessions.right++
      errors.push(0)
    } else {
      sessions.early++
      early++
      if (end !== null) {
        missed++
        errors.push(end - first.position)
      }
    }
  }
  const answered = conversations
    .flatMap(({ places }) => places)
    .flatMap(({ over, ended }) => (ended === null ? [] : [{ over, ended }]))
  return {
    firstEnd: scored(sessions.right, early, missed),
    everyPlace: termination(
      answered.map(({ over, ended }) => ({ human: over ? null : "said on", simulated: "", ended })),
    ),
    sessions,
    tooEarly: { mean: errors.length === 0 ? null : mean(errors), n: errors.length },
  }
}
