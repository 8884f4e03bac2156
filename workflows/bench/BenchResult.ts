/** One line of `npm run bench`. */
import { Schema } from "effect"

export interface BenchResult {
  readonly bench: string
  readonly value: number
  readonly target: number
  readonly met: boolean
  readonly unit: string
  /** What it was measured against, with the figures behind the value. */
  readonly against: string
}

/** What was measured is not what was meant to be, or could not be. */
export class BenchBroken extends Schema.TaggedError<BenchBroken>()("BenchBroken", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}
