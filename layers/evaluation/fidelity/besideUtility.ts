/**
 * Whether simulators that are more like real users train better assistants: over simulators, the correlation of each
 * distance from the real users with a utility. Exploratory, always: there are few simulators, many measures, and the
 * simulators are no sample of anything.
 */
import { kendall, spearman } from "../statistics/correlation.ts"
import { holm } from "../statistics/holm.ts"
import { permutationP } from "../statistics/permutationP.ts"

export interface UtilityRow {
  readonly simulator: string
  /** Gain of the assistant trained with it, or any number that is better when larger; null where it isn't known. */
  readonly utility: number | null
  /** By measure; null where it couldn't be had. */
  readonly distances: Readonly<Record<string, number | null>>
}

export interface Association {
  readonly r: number
  /** Two-sided; null where it can't be had. */
  readonly pValue: number | null
  /** Holm's, over all measures of this table. */
  readonly adjusted: number | null
}

export interface MeasureBesideUtility {
  readonly measure: string
  /** Simulators that have both numbers. */
  readonly simulators: number
  readonly spearman: Association | null
  readonly kendall: Association | null
  /** Why there are none; null where there are. */
  readonly reason: string | null
}

/** Simulators below which no order of them says anything: with 4, the smallest two-sided p-value there is, is 0.08. */
export const fewestSimulators = 5

/** Below 0: the smaller the distance, the larger the utility. One entry for each measure that any row has. */
export const besideUtility = (rows: ReadonlyArray<UtilityRow>): ReadonlyArray<MeasureBesideUtility> => {
  const measures = [...new Set(rows.flatMap(({ distances }) => Object.keys(distances)))]
  const found = measures.map((measure) => {
    const both = rows.flatMap(({ utility, distances }) => {
      const distance = distances[measure] ?? null
      return utility === null || distance === null ? [] : [{ utility, distance }]
    })
    const [x, y] = [both.map(({ distance }) => distance), both.map(({ utility }) => utility)]
    const enough = both.length >= fewestSimulators
    const [rho, tau] = enough ? [spearman(x, y), kendall(x, y)] : [null, null]
    const reason = !enough
      ? `${both.length} simulators have both numbers, and at least ${fewestSimulators} are needed`
      : rho === null
        ? "all simulators have the same distance or the same utility"
        : null
    const exact = rho === null ? null : permutationP(x, y)
    return { measure, n: both.length, reason, rho, tau, rhoP: exact ?? rho?.pValue ?? null, tauP: tau?.pValue ?? null }
  })
  const rhoAdjusted = holm(found.map(({ rhoP }) => rhoP))
  const tauAdjusted = holm(found.map(({ tauP }) => tauP))
  return found.map(({ measure, n, reason, rho, tau, rhoP, tauP }, at) => ({
    measure,
    simulators: n,
    spearman: rho === null ? null : { r: rho.r, pValue: rhoP, adjusted: rhoAdjusted[at] ?? null },
    kendall: tau === null ? null : { r: tau.r, pValue: tauP, adjusted: tauAdjusted[at] ?? null },
    reason,
  }))
}
