/** How much of a split's conversations is in its parts, before it is made. */
import { Schema } from "effect"
import { Step } from "../../src/index.ts"
import type { PartName } from "./intentParts.ts"
import { Most } from "./limitParts.ts"

export const defaultShares = { simulator: 0.6, assistant: 0.29, validation: 0.05, test: 0.06 }

/** The paper's presets train simulators and assistants on one part. */
const presetShares = { simulator: 0.89, assistant: 0.89, validation: 0.05, test: 0.06 }

/** Conversations of the parts together, of a split whose corpus has `size` of them, as its step's inputs have it. */
export const expectedIn = (split: Step.AnyStep, parts: ReadonlyArray<PartName>, size: number): number => {
  const { preset, shares, most, split: inner } = split.input
  // An Intents step stands for the split that it is given.
  if (Step.isStep(inner)) return expectedIn(inner, parts, size)
  if (preset === undefined) return size
  const own = preset === "default" ? { ...defaultShares, ...(shares as object | undefined) } : presetShares
  const limits: Most = Schema.is(Most)(most) ? most : {}
  const counts = parts.map((name) => Math.min(Math.ceil(own[name] * size), limits[name] ?? Infinity))
  return Math.min(
    size,
    counts.reduce((sum, count) => sum + count, 0),
  )
}
