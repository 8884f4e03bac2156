/**
 * A checklist item is satisfied when most judges say so: at least 2 of 3 (paper, appendix G). "lab", the paper's public
 * code, passes over sessions that a judge lacks, fails those with incomplete verdicts and counts any text as true; "rel",
 * its later release, refuses every gap.
 */
import { Either } from "effect"
import { pythonRound } from "../pythonRound.ts"
import { duplicateIn, satisfaction, strictVerdicts, UnequalJudging } from "./JudgedSession.ts"
import type { JudgedSession, Satisfaction } from "./JudgedSession.ts"

export interface MajoritySession {
  readonly sessionId: string
  readonly primaryTag: string | null
  readonly failed: boolean
  /** By item; null where the session failed. */
  readonly verdicts: ReadonlyArray<boolean> | null
  /** Satisfied items by items; null where the session failed. */
  readonly rate: number | null
}

export interface LabMajority {
  /** By session id, those that every judge has. */
  readonly sessions: ReadonlyArray<MajoritySession>
  readonly tasks: number
  readonly failures: number
  readonly items: number
  readonly satisfied: number
  /** In percent with two digits, as the source rounds: mean of the sessions' rates, and satisfied items by items. */
  readonly averageRate: number
  readonly globalRate: number
  readonly categoryRates: Readonly<Record<string, number>>
}

/** `judges` holds the sessions of each judge. A session that comes twice counts as it came last. */
export const labMajority = (judges: ReadonlyArray<ReadonlyArray<JudgedSession>>): LabMajority => {
  const tables = judges.map((sessions) => new Map(sessions.map((session) => [session.sessionId, session])))
  const common = [...(tables[0]?.keys() ?? [])].filter((id) => tables.every((table) => table.has(id))).sort()
  const sessions = common.map((id) =>
    voted(
      tables.flatMap((table) => table.get(id) ?? []),
      labVerdicts,
    ),
  )
  const valid = sessions.flatMap(({ primaryTag, verdicts, rate }) =>
    verdicts === null || rate === null ? [] : [{ tag: primaryTag || "unknown", verdicts, rate }],
  )
  const verdicts = valid.flatMap((session) => session.verdicts)
  const satisfied = verdicts.filter(Boolean).length
  const tags = [...new Set(valid.map(({ tag }) => tag))]
  return {
    sessions,
    tasks: valid.length,
    failures: sessions.length - valid.length,
    items: verdicts.length,
    satisfied,
    averageRate: percent(mean(valid.map(({ rate }) => rate))),
    globalRate: percent(verdicts.length === 0 ? 0 : satisfied / verdicts.length),
    categoryRates: Object.fromEntries(
      tags.map((name) => [name, percent(mean(valid.filter(({ tag }) => tag === name).map(({ rate }) => rate)))]),
    ),
  }
}

export interface RelMajority {
  readonly sessions: ReadonlyArray<MajoritySession>
  readonly satisfaction: Satisfaction | null
}

/** Fails with `UnequalJudging` where judges differ in sessions, checklists or answers, or a verdict is missing. */
export const relMajority = (
  judges: ReadonlyArray<ReadonlyArray<JudgedSession>>,
): Either.Either<RelMajority, UnequalJudging> => {
  const refuse = (detail: string) => Either.left(UnequalJudging.make({ detail }))
  const twice = judges.map(duplicateIn).find((id) => id !== undefined)
  if (twice !== undefined) return refuse(`session ${twice} comes twice from one judge`)
  const tables = judges.map((sessions) => new Map(sessions.map((session) => [session.sessionId, session])))
  const ids = [...new Set(judges.flat().map(({ sessionId }) => sessionId))].sort()
  const sessions: Array<MajoritySession> = []
  for (const id of ids) {
    const rows = tables.flatMap((table) => table.get(id) ?? [])
    const [first] = rows
    if (first === undefined || rows.length !== tables.length) return refuse(`session ${id} lacks a judge`)
    if (rows.some((row) => !sameSubject(row, first))) return refuse(`judges of session ${id} saw other texts`)
    const session = voted(rows, strictVerdicts)
    if (session.failed) return refuse(`session ${id} lacks verdicts`)
    sessions.push(session)
  }
  return Either.right({ sessions, satisfaction: satisfaction(sessions.flatMap(({ rate }) => rate ?? [])) })
}

type Verdicts = (session: JudgedSession) => ReadonlyArray<boolean> | null

const voted = (rows: ReadonlyArray<JudgedSession>, of: Verdicts): MajoritySession => {
  const { sessionId = "", primaryTag = null, checklist = [] } = rows[0] ?? {}
  const given = rows.flatMap((row) => {
    const verdicts = of(row)
    return verdicts === null ? [] : [verdicts]
  })
  if (given.length !== rows.length || checklist.length === 0)
    return { sessionId, primaryTag, failed: true, verdicts: null, rate: null }
  const verdicts = checklist.map((_, i) => 2 * given.filter((judge) => judge[i]).length > given.length)
  return { sessionId, primaryTag, failed: false, verdicts, rate: verdicts.filter(Boolean).length / verdicts.length }
}

/** A number that is no item of the list is replaced by the verdict's position. */
const labVerdicts: Verdicts = ({ failed, results, checklist }) => {
  if (failed || results === null) return null
  const n = checklist.length
  const verdicts = new Map<number, boolean>()
  results.forEach(({ item, satisfied }, position) => {
    const number = item === true ? 1 : Number.isInteger(item) ? Number(item) : 0
    verdicts.set(number >= 1 && number <= n ? number : position + 1, Boolean(satisfied))
  })
  const ordered = checklist.flatMap((_, i) => verdicts.get(i + 1) ?? [])
  return ordered.length === n && verdicts.size === n ? ordered : null
}

const sameSubject = (a: JudgedSession, b: JudgedSession) =>
  a.output === b.output &&
  a.checklist.length === b.checklist.length &&
  a.checklist.every((item, i) => item === b.checklist[i])

const mean = (values: ReadonlyArray<number>) =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

const percent = (share: number) => pythonRound(share * 100, 2)
