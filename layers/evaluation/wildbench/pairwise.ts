/**
 * Two models compared by their checklists: who satisfies more items of a session wins it, equal numbers tie. Under "lab"
 * sessions that one model lacks are passed over and failed ones counted apart; under "rel" both are refused.
 */
import { Either } from "effect"
import { duplicateIn, strictVerdicts, UnequalJudging } from "./JudgedSession.ts"
import type { JudgedSession } from "./JudgedSession.ts"
import type { Tally } from "../statistics/WinRate.ts"

export type Outcome = "win" | "tie" | "loss" | "failed"

export interface Pairwise extends Tally {
  /** Sessions of both models; of these, those that could not be compared. */
  readonly common: number
  readonly failed: number
  /** For the first model, by session id. */
  readonly outcomes: Readonly<Record<string, Outcome>>
  /** By primary tag; "unknown" where there is none. */
  readonly byTag: Readonly<Record<string, Tally>>
}

/** A session that comes twice counts as it came last. */
export const labPairwise = (first: ReadonlyArray<JudgedSession>, second: ReadonlyArray<JudgedSession>): Pairwise =>
  compared(first, second, ({ results }) => results && results.filter(({ satisfied }) => Boolean(satisfied)).length)

/** Fails with `UnequalJudging` where the models differ in sessions or checklists, or a verdict is missing. */
export const relPairwise = (
  first: ReadonlyArray<JudgedSession>,
  second: ReadonlyArray<JudgedSession>,
): Either.Either<Pairwise, UnequalJudging> => {
  const refuse = (detail: string) => Either.left(UnequalJudging.make({ detail }))
  const twice = duplicateIn(first) ?? duplicateIn(second)
  if (twice !== undefined) return refuse(`session ${twice} comes twice from one model`)
  const own = new Set(first.map(({ sessionId }) => sessionId))
  const other = new Map(second.map((session) => [session.sessionId, session]))
  const alone = [...first, ...second].find(({ sessionId }) => !own.has(sessionId) || !other.has(sessionId))
  if (alone !== undefined) return refuse(`session ${alone.sessionId} is there for one model only`)
  const unlike = first.find(({ sessionId, checklist }) => {
    const theirs = other.get(sessionId)?.checklist ?? []
    return theirs.length !== checklist.length || checklist.some((item, i) => item !== theirs[i])
  })
  if (unlike !== undefined) return refuse(`the checklists of session ${unlike.sessionId} differ`)
  const found = compared(first, second, (session) => strictVerdicts(session)?.filter(Boolean).length ?? null)
  const failed = Object.entries(found.outcomes).find(([, outcome]) => outcome === "failed")
  return failed === undefined ? Either.right(found) : refuse(`session ${failed[0]} lacks verdicts`)
}

const compared = (
  first: ReadonlyArray<JudgedSession>,
  second: ReadonlyArray<JudgedSession>,
  satisfied: (session: JudgedSession) => number | null,
): Pairwise => {
  const other = new Map(second.map((session) => [session.sessionId, session]))
  const own = new Map(first.map((session) => [session.sessionId, session]))
  const common = [...own.keys()].filter((id) => other.has(id)).sort()
  const judged = common.map((id) => {
    const [a, b] = [own.get(id)!, other.get(id)!]
    return { id, tag: a.primaryTag || b.primaryTag || "unknown", outcome: outcomeOf(satisfied(a), satisfied(b)) }
  })
  const tallied = (rows: typeof judged): Tally => {
    const count = (outcome: Outcome) => rows.filter((row) => row.outcome === outcome).length
    return { wins: count("win"), ties: count("tie"), losses: count("loss") }
  }
  const valid = judged.filter(({ outcome }) => outcome !== "failed")
  const tags = [...new Set(valid.map(({ tag }) => tag))]
  return {
    ...tallied(judged),
    common: common.length,
    failed: judged.length - valid.length,
    outcomes: Object.fromEntries(judged.map(({ id, outcome }) => [id, outcome])),
    byTag: Object.fromEntries(tags.map((name) => [name, tallied(valid.filter(({ tag }) => tag === name))])),
  }
}

const outcomeOf = (a: number | null, b: number | null): Outcome => {
  if (a === null || b === null) return "failed"
  return a > b ? "win" : a < b ? "loss" : "tie"
}
