/** What a step is expected to cost, before it runs. */
import type { ModelSpec, Role } from "../domain/ModelSpec.ts"

/** A count with its bounds. */
export interface Range {
  readonly low: number
  readonly expected: number
  readonly high: number
}

export interface Demand {
  readonly role: Role
  readonly model: ModelSpec
  readonly calls: Range
  /** Tokens over all calls, not for each. */
  readonly promptTokens: Range
  readonly completionTokens: Range
}

/** `size` is how many items the output holds (conversations, iterations, cells): downstream estimates rest on it. */
export interface Estimate {
  readonly size: number
  readonly demands: ReadonlyArray<Demand>
}

export const exactly = (count: number): Range => ({ low: count, expected: count, high: count })

export const scale = (range: Range, factor: number): Range => ({
  low: range.low * factor,
  expected: range.expected * factor,
  high: range.high * factor,
})

export const free = (size: number): Estimate => ({ size, demands: [] })
