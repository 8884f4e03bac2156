/**
 * How far real users are from one another by the distances of a fidelity result: means over cuts of the users into two
 * halves. Nothing is asked of any model: intents and turns are those of the log.
 */
import { Schema } from "effect"
import { meanOrNull } from "../realism/meanOrNull.ts"
import { userHalves } from "../realism/userHalves.ts"
import { firstTurnDiversity } from "./firstTurns.ts"
import type { Talk } from "./rows.ts"
import { totalVariation } from "./talks.ts"
import { wasserstein, wordCount } from "./turnLengths.ts"

const orNull = Schema.NullOr(Schema.Number)

/** Null for fewer than four users, and where a half has nothing to compare. */
export const RealFloors = Schema.Struct({
  /** Difference of the diversities of first turns, in percentage points. */
  diversity: orNull,
  /** Wasserstein distances of the words of first and of later turns. */
  openingWords: orNull,
  laterWords: orNull,
  /** Difference of the mean intent overlaps of later turns, in percentage points. */
  overlap: orNull,
  /** Total variation of the numbers of user turns. */
  userTurns: orNull,
})
export type RealFloors = typeof RealFloors.Type

export interface RealSide {
  /** As a fidelity step kept them: simulated and real ones. */
  readonly talks: ReadonlyArray<Talk>
  /** Conversations for which the simulator wrote a first turn. */
  readonly opened: ReadonlyArray<string>
  /** Assistant turns at which conversations end. */
  readonly limit: number
  /** The real conversations' users and first turns, by their ids. */
  readonly real: ReadonlyMap<string, { readonly user: string; readonly opening: string }>
}

/** Real turns are read as far as in the distances that these stand beside. */
export const realFloors = ({ talks, opened, limit, real }: RealSide): RealFloors => {
  const simulated = talks.filter(({ human }) => !human)
  const last = Math.max(0, ...simulated.map(({ turns }) => turns.length))
  const ended = simulated.filter(({ ending }) => ending === "goodbye" || ending === "turn-limit")
  const compared = new Set(ended.map(({ prompt }) => prompt))
  const held = talks.flatMap((talk) => {
    const user = talk.human ? real.get(talk.prompt)?.user : undefined
    return user === undefined ? [] : [{ user, value: talk }]
  })
  const openings = opened.flatMap((prompt) => {
    const found = real.get(prompt)
    return found === undefined ? [] : [{ user: found.user, value: found.opening }]
  })
  const later = (half: ReadonlyArray<Talk>) => half.flatMap(({ turns }) => turns.slice(1, last))
  const turns = (half: ReadonlyArray<Talk>) =>
    Array.from({ length: limit }, (_, i) => half.filter(({ taken }) => Math.min(taken, limit) === i + 1).length)
  return {
    diversity: floorOf(
      openings,
      by(apart, (half) => firstTurnDiversity(half, { pairs }).percent),
    ),
    openingWords: floorOf(
      openings,
      by(wasserstein, (half) => half.map(wordCount)),
    ),
    laterWords: floorOf(
      held,
      by(wasserstein, (half) => later(half).map(({ words }) => words)),
    ),
    overlap: floorOf(
      held,
      by(apart, (half) => percent(meanOrNull(later(half).map(({ overlap }) => overlap)))),
    ),
    userTurns: floorOf(
      held.filter(({ value }) => compared.has(value.prompt)),
      by(totalVariation, turns),
    ),
  }
}

/** Pairs of first turns of a half: some, since two halves are taken for each of the cuts. */
const pairs = 20_000

interface Owned<A> {
  readonly user: string
  readonly value: A
}

type Distance<A> = (one: ReadonlyArray<A>, other: ReadonlyArray<A>) => number | null

const floorOf = <A>(owned: ReadonlyArray<Owned<A>>, distance: Distance<A>): number | null => {
  const users = new Map<string, Array<A>>()
  for (const { user, value } of owned) users.set(user, [...(users.get(user) ?? []), value])
  return meanOrNull(userHalves([...users.values()]).map(([one, other]) => distance(one.flat(), other.flat())))
}

const by =
  <A, B>(distance: (one: B, other: B) => number | null, of: (half: ReadonlyArray<A>) => B): Distance<A> =>
  (one, other) =>
    distance(of(one), of(other))

const apart = (one: number | null, other: number | null) =>
  one === null || other === null ? null : Math.abs(one - other)

const percent = (share: number | null) => (share === null ? null : 100 * share)
