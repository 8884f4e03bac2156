import { mean } from "../statistics/moments.ts"

/** The mean of what is known; null where nothing is. */
export const meanOrNull = (values: ReadonlyArray<number | null>): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : mean(known)
}
