/** One line of `npm run bench`. */
export interface BenchResult {
  readonly bench: string
  readonly value: number
  readonly target: number
  readonly met: boolean
  readonly unit: string
  /** What it was measured against, with the figures behind the value. */
  readonly against: string
}
