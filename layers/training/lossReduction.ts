/**
 * One meaning for a loss on every server. Servers turn token losses into a gradient in ways of their own (`LossScale`);
 * advantages are scaled so that the gradient is the same on each. Adam hides a scale that all tokens have in common, but
 * neither one that differs between sequences nor its own `eps`.
 */
import { Schema } from "effect"
import type { PolicyDatum } from "../../src/domain/Datum.ts"
import type { LossScale } from "../../src/ports/Trainer.ts"

/**
 * Of an optimizer step, over what it is made from. `token-mean`: every trained token counts the same (the paper's).
 * `sequence-mean`: every rollout counts the same, however long. `sum`: token losses are added up.
 */
export const Reduction = Schema.Literal("token-mean", "sequence-mean", "sum")
export type Reduction = typeof Reduction.Type

/** A datum and the rollout that it is of: one rollout may be several datums. */
export interface SequenceDatum {
  readonly sequence: string
  readonly datum: PolicyDatum
}

export const reduced = (
  rows: ReadonlyArray<SequenceDatum>,
  reduction: Reduction,
  scale: LossScale,
): ReadonlyArray<PolicyDatum> => {
  const datums = rows.map(({ datum }) => datum)
  if (reduction === "token-mean") return tokenMean(datums, scale)
  const bySequence = new Map<string, number>()
  for (const { sequence, datum } of rows)
    bySequence.set(sequence, (bySequence.get(sequence) ?? 0) + trainedTokens(datum))
  const weightOf = (sequence: string) =>
    reduction === "sum" ? 1 : 1 / ((bySequence.get(sequence) ?? 1) * bySequence.size)
  return rows.map(({ sequence, datum }) => {
    const undone = scale === "token-sum" ? 1 : trainedTokens(datum) * rows.length
    return scaled(datum, weightOf(sequence) * undone)
  })
}

/** Advantages scaled so that the backend's gradient is that of the mean loss over all trained tokens. */
export const tokenMean = (datums: ReadonlyArray<PolicyDatum>, scale: LossScale): ReadonlyArray<PolicyDatum> => {
  const counts = datums.map(trainedTokens)
  const total = counts.reduce((sum, count) => sum + count, 0)
  return datums.map((datum, i) =>
    scaled(datum, scale === "token-sum" ? 1 / total : ((counts[i] ?? 0) * datums.length) / total),
  )
}

export const trainedTokens = ({ mask }: PolicyDatum): number => mask.reduce((sum, weight) => sum + weight, 0)

const scaled = (datum: PolicyDatum, factor: number): PolicyDatum => ({
  ...datum,
  advantages: datum.advantages.map((advantage) => advantage * factor),
})
