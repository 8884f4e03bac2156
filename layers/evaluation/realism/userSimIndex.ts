/**
 * The User-Sim Index of a simulator (arXiv 2603.11245; paper 3.7): the mean of six similarities in percent. Four are of
 * how users talk; the other two need what real people got out of the same tasks, and how they rated it.
 */
import { mean } from "../statistics/moments.ts"
import type { BlockName } from "./userFeatures.ts"

export interface Foretold {
  /** Chance of success by the simulator's conversations of a task, in [0, 1]. */
  readonly probability: number
  /** Whether a person succeeded, or the share of people who did. */
  readonly outcome: number
}

/**
 * Expected calibration error (Guo et al. 2017): predictions in bins of equal width, the mean over bins of
 * |mean prediction - mean outcome|, each weighed by its predictions. In [0, 1]; null without predictions. A probability
 * of 1 is in the last bin.
 */
export const expectedCalibrationError = (foretold: ReadonlyArray<Foretold>, bins = 10): number | null => {
  if (foretold.some(({ probability, outcome }) => !inRange(probability) || !inRange(outcome)))
    throw new RangeError("Probabilities and outcomes are in [0, 1].")
  if (foretold.length === 0) return null
  const filled = new Map<number, Array<Foretold>>()
  for (const one of foretold) {
    const bin = Math.min(bins - 1, Math.floor(one.probability * bins))
    filled.set(bin, [...(filled.get(bin) ?? []), one])
  }
  return [...filled.values()].reduce((sum, some) => {
    const apart = mean(some.map(({ probability }) => probability)) - mean(some.map(({ outcome }) => outcome))
    return sum + (some.length / foretold.length) * Math.abs(apart)
  }, 0)
}

/** `outcomes` is 1 - ECE, `ratings` 1 - the mean absolute error of ratings on a scale of 0 to 1. */
export interface IndexParts {
  readonly similarities: Readonly<Record<BlockName, number | null>>
  readonly outcomes: number | null
  readonly ratings: number | null
}

/** In percent. Null where a part is missing: an index of fewer parts is another index. */
export const userSimIndex = ({ similarities, outcomes, ratings }: IndexParts): number | null => {
  const parts = [...Object.values(similarities), outcomes, ratings]
  const known = parts.filter((part) => part !== null)
  return known.length < parts.length ? null : 100 * mean(known)
}

const inRange = (value: number) => value >= 0 && value <= 1
