/** Which checkpoint of a training is its result: decided on validation, before anything is tested. */
import { Schema } from "effect"
import { mean, sampleDeviation } from "../evaluation/statistics/moments.ts"

/** The last one, the earliest that is as good as the best but for chance, or the one after so many iterations. */
export const Select = Schema.Union(Schema.Literal("last", "one-standard-error"), Schema.Int.pipe(Schema.positive()))
export type Select = typeof Select.Type

export const last: Select = "last"
export const oneStandardError: Select = "one-standard-error"
/** After so many iterations: the same number in every arm that is compared. */
export const after = (iterations: number): Select => iterations

/** Mean rewards of a checkpoint by validation prompt. */
export interface Validated {
  readonly after: number
  readonly rewards: ReadonlyMap<string, number>
}

export interface Comparison {
  readonly after: number
  /** How far it is behind the best one, over the prompts that both have a reward for, with its standard error. */
  readonly behind: number
  readonly standardError: number
}

/**
 * The earliest checkpoint that is behind the one with the highest mean by at most one standard error of their paired
 * differences by prompt. `compared` has all of them in order. Undefined where nothing was validated.
 */
export const withinOneStandardError = (
  all: ReadonlyArray<Validated>,
): { readonly after: number; readonly best: number; readonly compared: ReadonlyArray<Comparison> } | undefined => {
  const scored = all
    .filter(({ rewards }) => rewards.size > 0)
    .map((one) => ({ ...one, mean: mean([...one.rewards.values()]) }))
    .sort((a, b) => a.after - b.after)
  const [first, ...others] = scored
  if (first === undefined) return undefined
  const best = others.reduce((top, one) => (one.mean > top.mean ? one : top), first)
  const compared = scored.map(({ after, rewards }): Comparison => {
    const differences = [...best.rewards].flatMap(([prompt, reward]) => {
      const other = rewards.get(prompt)
      return other === undefined ? [] : [reward - other]
    })
    const deviation = differences.length < 2 ? 0 : sampleDeviation(differences)
    return {
      after,
      behind: differences.length === 0 ? Number.POSITIVE_INFINITY : mean(differences),
      standardError: deviation / Math.sqrt(Math.max(1, differences.length)),
    }
  })
  const chosen = compared.find(({ behind, standardError }) => behind <= standardError)
  return { after: chosen?.after ?? best.after, best: best.after, compared }
}
