/**
 * What several judges come to on one item. More than half of the panel must say the same: two of three (paper,
 * appendix G). A verdict that is missing counts for neither side, so it never makes an item unsatisfied. Pure.
 */

/** Null where neither side has a majority of the whole panel. */
export const decide = (verdicts: ReadonlyArray<boolean | null>): boolean | null => {
  const needed = Math.floor(verdicts.length / 2) + 1
  const says = (side: boolean) => verdicts.filter((verdict) => verdict === side).length >= needed
  return says(true) ? true : says(false) ? false : null
}

/** By item; `judges` holds each judge's verdicts by item. An item that a judge's list is too short for is missing there. */
export const decideItems = (
  items: number,
  judges: ReadonlyArray<ReadonlyArray<boolean | null>>,
): ReadonlyArray<boolean | null> =>
  Array.from({ length: items }, (_, item) => decide(judges.map((verdicts) => verdicts[item] ?? null)))
