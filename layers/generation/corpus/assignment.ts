/** The parts of a corpus that is made ready, row by row, and what was dropped from it. */
import type { Column } from "./Column.ts"
import { drawByCountry, drawByShares, drawSorted, partNames } from "./draws.ts"
import { Fate, Mark } from "./Preparation.ts"
import type { Rules, Shares } from "./presets.ts"
import type { Users } from "./Users.ts"

/** Row numbers from 0, in the order in which they are written. */
export interface PartRows {
  readonly rows: Uint32Array
  readonly users: number
}

export interface Assignment {
  /** Where a preset trains simulators and assistants on one part, both are the same object. */
  readonly parts: Readonly<Record<keyof Shares, PartRows>>
  readonly fate: (row: number) => Fate
  readonly dropped: Readonly<Record<Exclude<keyof typeof Fate, "kept">, number>>
  /** Users who have rows that are kept. */
  readonly users: number
  readonly found: Found
}

/** What there was to find. */
export interface Found {
  /** Held-out sessions that are in the corpus, and the rows that went to test for them. */
  readonly sessions: number
  readonly heldOutRows: number
  readonly unlabelled: number
  /** Rows that took part in the draw and are in no part. */
  readonly drawnUnusable: number
  /** Rows in test that share words with an evaluation task. */
  readonly overlapsInTest: number
}

export interface Prepared {
  readonly fates: Column
  readonly marks: Column
  readonly userOf: Column
  readonly users: Users
  readonly sessions: number
  readonly unlabelled: number
}

export const assignment = (
  rules: Rules,
  { fates, marks, userOf, users, sessions, unlabelled }: Prepared,
): Assignment => {
  const length = fates.length()
  const has = (row: number, mark: number) => (marks.at(row) & mark) !== 0
  const counts = new Uint32Array(users.count())
  const isHeldOut = new Uint8Array(users.count())
  const some: Array<number> = []
  const forced: Array<number> = []
  for (let row = 0; row < length; row++) {
    if (fates.at(row) !== Fate.kept) continue
    const user = userOf.at(row)
    if (has(row, Mark.heldOut) && rules.holdOut === "row") {
      forced.push(row)
      continue
    }
    if (has(row, Mark.heldOut)) isHeldOut[user] = 1
    if (counts[user] === 0) some.push(user)
    counts[user]! += 1
  }
  const free = Uint32Array.from(some.filter((user) => isHeldOut[user] === 0))
  const heldOut = Uint32Array.from(some.filter((user) => isHeldOut[user] === 1))
  const { draw } = rules
  const drawn =
    draw.kind === "by-country"
      ? drawByCountry(free, users)
      : draw.kind === "sorted"
        ? drawSorted(free, heldOut, users)
        : drawByShares(free, heldOut, users, (user) => counts[user]!, draw.shares)

  const distinct = partNames.filter((part) => part !== "assistant" || drawn.assistant !== drawn.simulator)
  const partOf = new Uint8Array(users.count())
  const starts = new Uint32Array(users.count())
  const lengths = distinct.map((part, number) => {
    let start = 0
    for (let i = 0; i < drawn[part].length; i++) {
      const user = drawn[part][i]!
      partOf[user] = number
      starts[user] = start
      start += counts[user]!
    }
    return start + (part === "test" ? forced.length : 0)
  })

  const dropped = { unusable: 0, repeated: 0, language: 0, ngram: 0, overlap: 0 }
  const found = { sessions, heldOutRows: 0, unlabelled, drawnUnusable: 0, overlapsInTest: 0 }
  const none = 0xffffffff
  const placed = lengths.map((size) => new Uint32Array(size).fill(none))
  const next = lengths.map(() => 0)
  const test = distinct.indexOf("test")
  const inTest = new Set(forced)
  forced.forEach((row, i) => (placed[test]![lengths[test]! - forced.length + i] = row))
  for (let row = 0; row < length; row++) {
    const fate = fates.at(row)
    if (fate !== Fate.kept) {
      for (const name of Object.keys(dropped) as Array<keyof typeof dropped>)
        if (Fate[name] === fate) dropped[name] += 1
      continue
    }
    const isForced = inTest.has(row)
    const user = userOf.at(row)
    const part = isForced ? test : partOf[user]!
    if (isForced || isHeldOut[user] === 1) found.heldOutRows += 1
    if (has(row, Mark.overlaps) && part === test) found.overlapsInTest += 1
    // Ours is written in the order of the source, the paper's presets user by user.
    const at = draw.kind === "shares" ? next[part]!++ : starts[user]!
    if (!isForced) starts[user]! += 1
    if (has(row, Mark.overlaps) && part !== test && rules.preset === "default") {
      fates.set(row, Fate.overlap)
      dropped.overlap += 1
    } else if (has(row, Mark.unusable)) found.drawnUnusable += 1
    else if (!isForced) placed[part]![at] = row
  }
  const rowsOf = (part: keyof Shares): PartRows => {
    const isIn = (row: number) => row !== none && !has(row, Mark.unusable)
    const all = placed[distinct.indexOf(part)]!
    const rows = all.every(isIn) ? all : all.filter(isIn)
    return { rows, users: countUsers(rows, userOf, users.count()) }
  }
  const simulator = rowsOf("simulator")
  return {
    parts: {
      simulator,
      assistant: distinct.includes("assistant") ? rowsOf("assistant") : simulator,
      validation: rowsOf("validation"),
      test: rowsOf("test"),
    },
    // A column of fates holds nothing else.
    fate: (row) => fates.at(row) as Fate,
    dropped,
    users: some.length,
    found,
  }
}

const countUsers = (rows: Uint32Array, userOf: Column, users: number): number => {
  const seen = new Uint8Array(users)
  let count = 0
  for (const row of rows) {
    const user = userOf.at(row)
    if (seen[user] === 0) count += 1
    seen[user] = 1
  }
  return count
}
