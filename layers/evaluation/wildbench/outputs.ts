/** What WildBench sees in an answer before it is judged. */
import type { WildBenchAnswer } from "../../../src/domain/WildBench.ts"

/** Unicode code points, as Python's `len` counts. */
export const outputLength = (output: string): number => {
  let length = 0
  for (const _ of output) length++
  return length
}

/** Cut off by WildBench before judging. */
export const isTruncated = (output: string): boolean => output.endsWith("... (truncated)")

/** Empty in a score file, or in a pairwise file where an empty answer is put in these words. */
export const isEmpty = (output: string): boolean => output === "" || output === "[This model response is empty.]"

/** Truncated, or not given by the assistant's own doing. One that the infrastructure lost is neither: it is missing. */
export const isIncomplete = ({ truncated, failure }: Pick<WildBenchAnswer, "truncated" | "failure">): boolean =>
  truncated || failure?.by === "assistant"
