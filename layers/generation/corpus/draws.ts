/** Which part each user goes to. A draw gives users by part, in the order in which their rows are written. */
import { pythonRandom } from "../PythonRandom.ts"
import type { Shares } from "./presets.ts"
import type { Users } from "./Users.ts"

export interface Drawn {
  readonly simulator: ArrayLike<number>
  readonly assistant: ArrayLike<number>
  readonly validation: ArrayLike<number>
  readonly test: ArrayLike<number>
}

/** By country in order of appearance, each shuffled by itself: 89% train, 5% validation, the rest test. */
export const drawByCountry = (some: Uint32Array, users: Users): Drawn => {
  const groups: Array<Array<number>> = users.groups().map(() => [])
  for (const user of some) groups[users.group(user)]!.push(user)
  // A country appears with its first user that takes part.
  const order = [...new Set([...some].map(users.group))]
  const parts = order.map((group) => cut(pythonRandom(42).shuffle(groups[group]!)))
  const joined = (part: keyof Cut) => parts.flatMap((cuts) => cuts[part])
  const train = joined("train")
  return { simulator: train, assistant: train, validation: joined("validation"), test: joined("test") }
}

/** Sorted by name and shuffled once. Held-out users come last in test, by name. */
export const drawSorted = (some: Uint32Array, heldOut: Uint32Array, users: Users): Drawn => {
  const { train, validation, test } = cut(pythonRandom(42).shuffle([...users.sorted(some)]))
  return { simulator: train, assistant: train, validation, test: [...test, ...users.sorted(heldOut)] }
}

interface Cut {
  readonly train: Array<number>
  readonly validation: Array<number>
  readonly test: Array<number>
}

const cut = (shuffled: Array<number>): Cut => {
  const train = Math.trunc(0.89 * shuffled.length)
  const validation = train + Math.trunc(0.05 * shuffled.length)
  return {
    train: shuffled.slice(0, train),
    validation: shuffled.slice(train, validation),
    test: shuffled.slice(validation),
  }
}

/**
 * One user after the other, in the seed's order, goes to the part that lacks most conversations of its share; where
 * there are four users or more no part stays empty. Held-out users are in test beforehand.
 */
export const drawByShares = (
  some: Uint32Array,
  heldOut: Uint32Array,
  users: Users,
  rows: (user: number) => number,
  shares: Shares,
): Drawn => {
  const drawn = { simulator: [], assistant: [], validation: [], test: [...heldOut] } satisfies Record<
    keyof Shares,
    Array<number>
  >
  const total = sum(some, rows) + sum(heldOut, rows)
  const weight = partNames.reduce((all, part) => all + shares[part], 0)
  const lacking = {
    simulator: (total * shares.simulator) / weight,
    assistant: (total * shares.assistant) / weight,
    validation: (total * shares.validation) / weight,
    test: (total * shares.test) / weight - sum(heldOut, rows),
  }
  users.sorted(some).forEach((user, at) => {
    const empty = partNames.filter((part) => drawn[part].length === 0)
    const open = some.length - at <= empty.length ? empty : partNames
    const part = open.reduce((most, other) => (lacking[other] > lacking[most] ? other : most))
    const members: Array<number> = drawn[part]
    members.push(user)
    lacking[part] -= rows(user)
  })
  return drawn
}

export const partNames = ["simulator", "assistant", "validation", "test"] as const satisfies ReadonlyArray<keyof Shares>

const sum = (users: Uint32Array, rows: (user: number) => number) => {
  let total = 0
  for (const user of users) total += rows(user)
  return total
}
