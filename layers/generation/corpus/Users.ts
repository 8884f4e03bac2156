/** The users of a corpus as numbers from 0, in order of appearance. */
import { textTable } from "./TextTable.ts"
import { wordColumn } from "./Column.ts"
import type { Draw } from "./presets.ts"
import { nameStore } from "./nameStore.ts"
import { seededRank } from "./seededRank.ts"

export interface Users {
  readonly of: (user: string, country: string | null | undefined) => number
  readonly count: () => number
  /** A group for each user, where a draw is by country. */
  readonly groups: () => ReadonlyArray<string>
  readonly group: (user: number) => number
  /** Users in the order in which the preset's draw takes them before it shuffles. */
  readonly sorted: (some: Uint32Array) => Uint32Array
}

/** What is kept of each user depends on what the draw needs. */
export const usersFor = (draw: Draw, byCountry: boolean): Users => {
  const table = textTable()
  const groups = new Map<string, number>()
  const groupOf = wordColumn()
  const names = draw.kind === "sorted" ? nameStore() : undefined
  const ranks = draw.kind === "shares" ? seededRank(draw.seed) : undefined
  return {
    of: (user, country) => {
      const place = inPython(country)
      const key = byCountry ? `${user}_${place}` : user
      const next = table.size()
      const found = table.getOrPut(key, next)
      if (found === next) {
        names?.add(key)
        ranks?.add(key)
        if (draw.kind === "by-country") groupOf.push(numberOf(groups, place))
      }
      return found
    },
    count: table.size,
    groups: () => [...groups.keys()],
    group: groupOf.at,
    sorted: (some) => (names?.sorted ?? ranks?.sorted ?? ((same: Uint32Array) => same))(some),
  }
}

/** As the paper's code writes a country into a user's id. */
const inPython = (country: string | null | undefined) => (country === undefined ? "unknown" : (country ?? "None"))

const numberOf = (known: Map<string, number>, name: string): number => {
  const found = known.get(name)
  if (found !== undefined) return found
  known.set(name, known.size)
  return known.size - 1
}
