/** Wall times and what they are summed up by. */
import { Duration, Effect } from "effect"

/** Wall time in seconds. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([duration]) => Duration.toSeconds(duration))

export const median = (values: ReadonlyArray<number>): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1)
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}

/** To three significant digits. */
export const rounded = (value: number): number => Number(value.toPrecision(3))

export const shown = (values: ReadonlyArray<number>, unit: string): string =>
  `${values.map((value) => rounded(value)).join(", ")} ${unit}`
