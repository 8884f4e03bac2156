/**
 * Makes a corpus ready by a preset's rules: which rows are dropped and why, and which part every other one goes to.
 * It is told of the rows three times, always in the same order, and keeps some 20 bytes of each.
 */
import { byteColumn, wordColumn } from "./Column.ts"
import { frequentNgrams } from "./FrequentNgrams.ts"
import { assignment } from "./assignment.ts"
import type { Assignment } from "./assignment.ts"
import type { Rules } from "./presets.ts"
import { usersFor } from "./Users.ts"
import { textTable } from "./TextTable.ts"

/** What the rules look at. */
export interface PreparedRow {
  /** Ends with `#2`, `#3` ... where the conversation was in the corpus before. */
  readonly id: string
  readonly user: string
  readonly country?: string | null | undefined
  readonly language?: string | undefined
  readonly session?: string | undefined
  /** The first user turn. */
  readonly opening: string
  /** It takes part in what the source draws, and is in no part. */
  readonly unusable?: boolean
}

export interface Preparation {
  /** `overlaps`: it shares words with an evaluation task. */
  readonly add: (row: PreparedRow, overlaps?: boolean) => void
  /** After the last row: whether the second and third pass have anything to do. */
  readonly again: () => boolean
  /** The rows whose openings the next pass needs, in order. */
  readonly wanted: () => Uint32Array
  readonly countExactly: (row: number, opening: string) => void
  readonly decide: (row: number, opening: string) => void
  readonly assign: () => Assignment
}

export interface PreparationOptions {
  /** Whether a session id belongs to the evaluation. */
  readonly heldOut?: (session: string) => boolean
  /** Of all conversations, about: how much room counting takes. */
  readonly bytes?: number
}

export const preparation = (
  rules: Rules,
  { heldOut = () => false, bytes = 0 }: PreparationOptions = {},
): Preparation => {
  const fates = byteColumn()
  const marks = byteColumn()
  const userOf = wordColumn()
  const users = usersFor(rules.draw, rules.userByCountry)
  const ngrams = frequentNgrams(rules.ngram, bytes / bytesForNgram)
  const languages = new Set(rules.language.of.map((name) => (rules.language.caseSensitive ? name : name.toLowerCase())))
  const sessions = textTable()
  let unlabelled = 0

  const speaks = (language: string | undefined) => {
    if (language === undefined) unlabelled += 1
    if (language === undefined) return rules.language.unlabelled
    return languages.has(rules.language.caseSensitive ? language : language.toLowerCase())
  }
  const fateOf = ({ id, language, unusable }: PreparedRow): Fate => {
    if (unusable === true && !rules.drawUnusable) return Fate.unusable
    if (rules.dropRepeats && isRepeat(id)) return Fate.repeated
    return speaks(language) ? Fate.kept : Fate.language
  }
  const held = ({ id, session }: PreparedRow) => {
    const known = [session, rules.holdOut === "user" ? id : undefined].find(
      (name) => name !== undefined && heldOut(name),
    )
    if (known !== undefined) sessions.getOrPut(known, 0)
    return known !== undefined
  }

  return {
    add: (row, overlaps = false) => {
      const fate = fateOf(row)
      fates.push(fate)
      marks.push(
        (row.unusable === true ? Mark.unusable : 0) | (overlaps ? Mark.overlaps : 0) | (held(row) ? Mark.heldOut : 0),
      )
      userOf.push(users.of(row.user, row.country))
      if (fate === Fate.kept) ngrams.count(row.opening)
    },
    again: ngrams.possible,
    wanted: () => {
      const isWanted = (row: number) => fates.at(row) === Fate.kept && (marks.at(row) & Mark.clear) === 0
      let count = 0
      for (let row = 0; row < fates.length(); row++) if (isWanted(row)) count += 1
      const rows = new Uint32Array(count)
      for (let [row, at] = [0, 0]; at < count; row++) if (isWanted(row)) rows[at++] = row
      return rows
    },
    countExactly: (row, opening) => {
      if (!ngrams.countExactly(opening)) marks.set(row, marks.at(row) | Mark.clear)
    },
    decide: (row, opening) => {
      if (ngrams.isIn(opening)) fates.set(row, Fate.ngram)
    },
    assign: () => assignment(rules, { fates, marks, userOf, users, sessions: sessions.size(), unlabelled }),
  }
}

/** What becomes of a row, in the order in which the rules apply. */
export const Fate = { kept: 0, unusable: 1, repeated: 2, language: 3, ngram: 4, overlap: 5 } as const
export type Fate = (typeof Fate)[keyof typeof Fate]

/** Bits. `clear`: none of its sequences of words can be too frequent. */
export const Mark = { unusable: 1, overlaps: 2, heldOut: 4, clear: 8 } as const

const isRepeat = (id: string): boolean => /#(?:[2-9]|[1-9]\d+)$/.test(id)

/** Of a corpus, for each sequence of words in its openings, in real logs. */
const bytesForNgram = 50
