/** How much of a split's conversations is in its parts, before it is made. */
import { Predicate } from "effect"
import type { Step } from "../../src/index.ts"
import type { PartName } from "./intentParts.ts"

export const defaultShares = { simulator: 0.6, assistant: 0.29, validation: 0.05, test: 0.06 }

/** The paper's presets train simulators and assistants on one part. */
const presetShares = { simulator: 0.89, assistant: 0.89, validation: 0.05, test: 0.06 }

/** Of the parts together, as the split's step has it in its inputs; 1 where it says nothing. */
export const shareOf = (split: Step.AnyStep, parts: ReadonlyArray<PartName>): number => {
  const { preset, shares, split: inner } = split.input
  // An Intents step stands for the split that it is given.
  if (Predicate.hasProperty(inner, "input")) return shareOf(inner as Step.AnyStep, parts)
  if (preset === undefined) return 1
  const own = preset === "default" ? { ...defaultShares, ...(shares as object | undefined) } : presetShares
  return Math.min(
    1,
    parts.reduce((sum, name) => sum + own[name], 0),
  )
}
