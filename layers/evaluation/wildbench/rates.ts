/**
 * How much of its checklist an answer satisfies, where verdicts may be missing. Pure. A missing verdict is left out of
 * the rate, and of an answer without any verdict nothing is known.
 */

type Verdicts = ReadonlyArray<boolean | null>

/** Satisfied items by items that are decided, between 0 and 1; null where none is. */
export const rateOf = (verdicts: Verdicts): number | null => {
  const decided = verdicts.filter((verdict) => verdict !== null)
  return decided.length === 0 ? null : decided.filter(Boolean).length / decided.length
}

/** The rate if every missing verdict had been this one: the bounds of what it could be. */
export const rateIf = (missing: boolean, verdicts: Verdicts): number | null =>
  rateOf(verdicts.map((verdict) => verdict ?? missing))

export interface CommonItems {
  /** Items that both have a verdict on. */
  readonly items: number
  readonly first: number
  readonly second: number
}

/** Satisfied items of two answers to one task among those decided for both; null where there is none. */
export const commonItems = (first: Verdicts, second: Verdicts): CommonItems | null => {
  const both = first.flatMap((verdict, i) => {
    const other = second[i] ?? null
    return verdict === null || other === null ? [] : [[verdict, other] as const]
  })
  if (both.length === 0) return null
  return { items: both.length, first: both.filter(([a]) => a).length, second: both.filter(([, b]) => b).length }
}
