/** What replays, probes and reviews of simulators add to a report on them, and their distances beside a utility. Pure. */
import { Schema, Struct } from "effect"
import { AdherenceResult } from "../../../../src/domain/Adherence.ts"
import type { FidelityResult } from "../../../../src/domain/Fidelity.ts"
import { ReplayResult } from "../../../../src/domain/Replay.ts"
import { SimulatorReviewResult } from "../../../../src/domain/SimulatorReview.ts"
import { besideUtility } from "../../fidelity/besideUtility.ts"
import type { RealFloors } from "../../fidelity/realFloors.ts"
import { meanOrNull } from "../../realism/meanOrNull.ts"

const orNull = Schema.NullOr(Schema.Number)
const ofOne = { simulator: Schema.String }
const kept = ["_tag", "rows", "seconds"] as const

/** Measures that are no replay's own. */
export const named = {
  ends: "1 - termination F1",
  bits: "bits per byte of real turns",
  diversity: "first-turn diversity",
  overlap: "intent overlap",
  turns: "user turns",
}

/** Why real users can't be measured so against one another. */
const floorless: Readonly<Record<string, string>> = {
  [named.ends]: "a real user ends where it ended",
  [named.bits]: "real users are no model that expects words",
}

const Association = Schema.Struct({ r: Schema.Number, pValue: orNull, adjusted: orNull })

export const UtilityData = Schema.Struct({
  /** What the numbers are, as the experiment says. */
  name: Schema.String,
  /** The distances of each simulator from the real users, by measure. */
  simulators: Schema.Array(
    Schema.Struct({
      simulator: Schema.String,
      utility: orNull,
      distances: Schema.Record({ key: Schema.String, value: orNull }),
    }),
  ),
  /** `floor`: how far real users are from one another by that measure, mean over the simulators. */
  measures: Schema.Array(
    Schema.Struct({
      measure: Schema.String,
      simulators: Schema.Int,
      floor: orNull,
      /** Why there is no floor. */
      noFloor: Schema.optional(Schema.String),
      spearman: Schema.NullOr(Association),
      kendall: Schema.NullOr(Association),
      reason: Schema.NullOr(Schema.String),
    }),
  ),
})
export type UtilityData = typeof UtilityData.Type

export const LikenessData = Schema.Struct({
  replays: Schema.Array(Schema.Struct({ ...ofOne, ...Struct.omit(ReplayResult.fields, ...kept, "personas") })),
  adherence: Schema.Array(Schema.Struct({ ...ofOne, ...Struct.omit(AdherenceResult.fields, ...kept) })),
  reviews: Schema.Array(Schema.Struct({ ...ofOne, ...Struct.omit(SimulatorReviewResult.fields, ...kept) })),
  utility: Schema.NullOr(UtilityData),
})
export type LikenessData = typeof LikenessData.Type

export interface LikenessCell {
  readonly label: string
  readonly fidelity: FidelityResult
  readonly floors?: RealFloors | undefined
  readonly replay?: ReplayResult | undefined
  readonly adherence?: AdherenceResult | undefined
  readonly review?: SimulatorReviewResult | undefined
  /** Undefined where the experiment names none; null where it couldn't be had. */
  readonly utility?: number | null | undefined
}

/** Undefined where no cell has any of it. */
export const likenessOf = (
  cells: ReadonlyArray<LikenessCell>,
  utilityName: string | undefined,
): LikenessData | undefined => {
  const some = <A>(of: (cell: LikenessCell) => A | undefined) =>
    cells.flatMap((cell) => {
      const found = of(cell)
      return found === undefined ? [] : [{ simulator: cell.label, found }]
    })
  const [replays, adherence, reviews] = [some((c) => c.replay), some((c) => c.adherence), some((c) => c.review)]
  const utilities = some(({ utility }) => utility)
  if ([replays, adherence, reviews, utilities].every(({ length }) => length === 0)) return undefined
  return {
    replays: replays.map(({ simulator, found }) => ({ simulator, ...Struct.omit(found, ...kept, "personas") })),
    adherence: adherence.map(({ simulator, found }) => ({ simulator, ...Struct.omit(found, ...kept) })),
    reviews: reviews.map(({ simulator, found }) => ({ simulator, ...Struct.omit(found, ...kept) })),
    utility: utilities.length === 0 ? null : utilityOf(cells, utilityName ?? "utility"),
  }
}

const utilityOf = (cells: ReadonlyArray<LikenessCell>, name: string): UtilityData => {
  const simulators = cells.map((cell) => ({
    simulator: cell.label,
    utility: cell.utility ?? null,
    distances: distancesOf(cell),
  }))
  const floors = cells.map(floorsOf)
  return {
    name,
    simulators,
    measures: besideUtility(simulators).map((found) => {
      const floor = meanOrNull(floors.map((of) => of[found.measure] ?? null))
      const known = simulators.some(({ distances }) => typeof distances[found.measure] === "number")
      const noFloor = floorless[found.measure] ?? (floor === null && known ? "real users are too few" : undefined)
      return { ...found, floor, ...(noFloor === undefined ? {} : { noFloor }) }
    }),
  }
}

const floorsOf = ({ floors, replay }: LikenessCell): Readonly<Record<string, number | null>> => ({
  ...Object.fromEntries((replay?.distances ?? []).map(({ measure, floor }) => [measure, floor])),
  [named.diversity]: floors?.diversity ?? null,
  [named.overlap]: floors?.overlap ?? null,
  [named.turns]: floors?.userTurns ?? null,
})

/** All at least 0 but the perplexity of real turns, and all the smaller the more alike. */
const distancesOf = ({ fidelity, replay }: LikenessCell): Readonly<Record<string, number | null>> => {
  const { likelihood, openings, overlap, endings } = fidelity
  const apart = (one: number | null | undefined, other: number | null | undefined) =>
    one === null || one === undefined || other === null || other === undefined ? null : Math.abs(one - other)
  const f1 = replay?.termination.firstEnd.f1 ?? null
  return {
    ...Object.fromEntries((replay?.distances ?? []).map(({ measure, distance }) => [measure, distance])),
    ...(replay === undefined ? {} : { [named.ends]: f1 === null ? null : 1 - f1 }),
    [named.bits]: (likelihood?.withIntent ?? likelihood?.withoutIntent)?.bitsPerByte.mean ?? null,
    [named.diversity]: apart(openings.simulated.percent, openings.human.percent),
    [named.overlap]: apart(overlap.simulated?.mean, overlap.human?.mean),
    [named.turns]: endings.distance,
  }
}
