/** How often each reason is given, most frequent first. */
import type { Dropped } from "../../../src/domain/Results.ts"

export const countsOf = (reasons: ReadonlyArray<string>): Dropped =>
  [...new Set(reasons)]
    .map((reason) => ({ reason, count: reasons.filter((other) => other === reason).length }))
    .sort((a, b) => b.count - a.count)
