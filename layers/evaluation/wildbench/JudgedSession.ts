/** One answer as one judge (or a majority of judges) saw it, and how much of its checklist is satisfied. */
import { Schema } from "effect"
import { sampleDeviation } from "../statistics/moments.ts"

export interface JudgedSession {
  readonly sessionId: string
  readonly primaryTag: string | null
  readonly checklist: ReadonlyArray<string>
  /** The answer; where it is given, judges that are combined must have seen the same one. */
  readonly output?: string | null | undefined
  readonly failed: boolean
  /** As read from the judge; null where nothing could be. */
  readonly results: ReadonlyArray<{ readonly item: unknown; readonly satisfied: unknown }> | null
}

/** Judgments don't fit together, and figures made from them would compare unlike things. */
export class UnequalJudging extends Schema.TaggedError<UnequalJudging>()("UnequalJudging", { detail: Schema.String }) {
  override get message() {
    return `The judgments don't cover the same things: ${this.detail}. Judge again what is missing before combining them.`
  }
}

/** Verdict of each item 1 to n under the strict rules: every item once, each verdict a boolean. Null otherwise. */
export const strictVerdicts = ({ failed, results, checklist }: JudgedSession): ReadonlyArray<boolean> | null => {
  const n = checklist.length
  if (failed || n === 0 || results?.length !== n) return null
  const verdicts = new Map(results.map(({ item, satisfied }) => [item === true ? 1 : item, satisfied]))
  const ordered = checklist.map((_, i) => verdicts.get(i + 1))
  return ordered.every((verdict) => typeof verdict === "boolean") ? ordered : null
}

export interface Satisfaction {
  readonly n: number
  /** Mean share of satisfied items by session, between 0 and 1. */
  readonly mean: number
  /** Sample deviation by the square root of n; 0 for one session. */
  readonly standardError: number
}

/** Of shares of satisfied items, one for each session. Null where there are none. */
export const satisfaction = (rates: ReadonlyArray<number>): Satisfaction | null => {
  const n = rates.length
  if (n === 0) return null
  const standardError = n === 1 ? 0 : sampleDeviation(rates) / Math.sqrt(n)
  return { n, mean: rates.reduce((sum, rate) => sum + rate, 0) / n, standardError }
}

export const duplicateIn = (sessions: ReadonlyArray<JudgedSession>): string | undefined => {
  const seen = new Set<string>()
  return sessions.find(({ sessionId }) => seen.size === seen.add(sessionId).size)?.sessionId
}
