/** The users of a corpus as numbers from 0, in order of appearance. */
import { textTable } from "./TextTable.ts"
import { wordColumn } from "./Column.ts"
import type { Draw } from "./presets.ts"
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

/** Names as UTF-8 end to end: their bytes sort as Python sorts strings, by code point. */
const nameStore = () => {
  const blocks: Array<Buffer> = []
  const blockOf = wordColumn()
  const startOf = wordColumn()
  const lengthOf = wordColumn()
  let free = blockSize
  const at = (user: number) => {
    const start = startOf.at(user)
    return blocks[blockOf.at(user)]!.subarray(start, start + lengthOf.at(user))
  }
  return {
    add: (name: string) => {
      const bytes = Buffer.byteLength(name)
      if (free + bytes > blockSize) {
        blocks.push(Buffer.allocUnsafeSlow(Math.max(blockSize, bytes)))
        free = 0
      }
      blockOf.push(blocks.length - 1)
      startOf.push(free)
      lengthOf.push(bytes)
      free += blocks[blocks.length - 1]!.write(name, free)
    },
    sorted: (some: Uint32Array) => some.slice().sort((a, b) => Buffer.compare(at(a), at(b))),
  }
}

const blockSize = 1 << 20
