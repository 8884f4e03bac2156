/**
 * How far a simulator is from the real users, beside how far real users are from one another: no simulator can be
 * expected below that. Real users are cut into two halves at random, no user in both; the distance between the halves is
 * the floor. The simulator is measured the same way, its turns in the one half's conversations against the real turns of
 * the other half, so that both numbers rest on as many turns and no conversation is on both sides.
 */
import { quantile } from "../quantile.ts"
import { meanOrNull } from "./meanOrNull.ts"
import { merged, poolMeasures } from "./Pool.ts"
import type { Pool } from "./Pool.ts"
import { userHalves } from "./userHalves.ts"
import type { CutOptions } from "./userHalves.ts"

/** Both sides of the conversations of one user. */
export interface UserPools {
  readonly human: Pool
  readonly simulated: Pool
}

export interface DistanceBesideFloor {
  readonly measure: string
  readonly unit: string
  /** All simulated turns against all real ones of the same conversations. */
  readonly distance: number | null
  /** Means over the cuts; null for fewer than four users. */
  readonly crossed: number | null
  readonly floor: number | null
  /** The 95th percentile of the floor over the cuts. */
  readonly floorHigh: number | null
}

export const distancesBesideFloor = (
  users: ReadonlyArray<UserPools>,
  options: CutOptions = {},
): ReadonlyArray<DistanceBesideFloor> => {
  const all = { human: merged(users.map(({ human }) => human)), simulated: merged(users.map((one) => one.simulated)) }
  const halves = userHalves(users, options).map(([a, b]) => {
    const side = (some: ReadonlyArray<UserPools>, of: keyof UserPools) => merged(some.map((user) => user[of]))
    return {
      human: [side(a, "human"), side(b, "human")] as const,
      simulated: [side(a, "simulated"), side(b, "simulated")] as const,
    }
  })
  return poolMeasures.map(({ name, unit, distance }) => {
    const floors = halves.flatMap(({ human: [a, b] }) => distance(a, b) ?? [])
    return {
      measure: name,
      unit,
      distance: users.length === 0 ? null : distance(all.simulated, all.human),
      crossed: meanOrNull(
        halves.flatMap(({ human, simulated }) => [distance(simulated[0], human[1]), distance(simulated[1], human[0])]),
      ),
      floor: meanOrNull(floors),
      floorHigh:
        floors.length === 0
          ? null
          : quantile(
              floors.sort((x, y) => x - y),
              0.95,
            ),
    }
  })
}
