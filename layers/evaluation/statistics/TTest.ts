/**
 * Student's t test of one mean, and with differences the paired test; Welch's for two independent samples (Student 1908;
 * Welch 1947). For claims about a training method the values are one for each seed.
 */
import { tQuantile, tTwoSided, upperTail } from "./distributions.ts"
import { allEqual, around, mean, sampleVariance } from "./moments.ts"
import type { Interval } from "./moments.ts"

export interface TTest extends Interval {
  /** Of the values, or of the first sample minus that of the second. */
  readonly mean: number
  readonly standardError: number
  readonly t: number
  readonly degreesOfFreedom: number
  /** Two-sided. */
  readonly pValue: number
}

export interface TTestOptions {
  /** What the mean is tested against. */
  readonly against?: number
  /** Between 0 and 1. */
  readonly confidence?: number
}

/** Of a mean, or of paired differences. Null for fewer than two values and where all are equal: there is no spread. */
export const tTest = (
  values: ReadonlyArray<number>,
  { against = 0, confidence = 0.95 }: TTestOptions = {},
): TTest | null => {
  if (values.length < 2 || allEqual(values)) return null
  const standardError = Math.sqrt(sampleVariance(values) / values.length)
  return tested(mean(values), standardError, values.length - 1, against, confidence)
}

/** Of the means of two independent samples, whose variances may differ. Null as `tTest`. */
export const welchTest = (
  a: ReadonlyArray<number>,
  b: ReadonlyArray<number>,
  { against = 0, confidence = 0.95 }: TTestOptions = {},
): TTest | null => {
  if (a.length < 2 || b.length < 2 || (allEqual(a) && allEqual(b))) return null
  const [ofA, ofB] = [sampleVariance(a) / a.length, sampleVariance(b) / b.length]
  const df = (ofA + ofB) ** 2 / (ofA ** 2 / (a.length - 1) + ofB ** 2 / (b.length - 1))
  return tested(mean(a) - mean(b), Math.sqrt(ofA + ofB), df, against, confidence)
}

const tested = (center: number, standardError: number, df: number, against: number, confidence: number): TTest => {
  const t = (center - against) / standardError
  return {
    mean: center,
    standardError,
    t,
    degreesOfFreedom: df,
    pValue: tTwoSided(t, df),
    ...around(center, tQuantile(upperTail(confidence), df) * standardError),
  }
}
