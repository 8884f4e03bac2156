/** The cross-simulator matrix and what follows from it: gains over the initial model, generalisation, sensitivity. */
import type { PolicyResult } from "../../../src/domain/Results.ts"
import { bootstrapClusteredMean, byPrompt, differences, pairedDifference } from "../Bootstrap.ts"
import type { MeanInterval, PairedObservation } from "../Bootstrap.ts"
import type { Gain, Generalisation, MatrixRow, Sensitivity } from "./ReportData.ts"
import { ownSimulators } from "./ReportInputs.ts"
import type { ReportCell, ReportInputs, ReportRollout } from "./ReportInputs.ts"

/** Prompts by the cluster that is resampled whole. */
export type ClusterOf = (prompt: string) => string

export const matrixRows = ({ matrix }: ReportInputs, clusterOf: ClusterOf): ReadonlyArray<MatrixRow> =>
  matrix.flatMap((cell) =>
    metricsOf(cell).map((metric) => ({
      ...labels(cell),
      metric,
      ...estimate(bootstrapClusteredMean(observations(cell, metric, clusterOf))),
      missing: missingOf(cell),
    })),
  )

/** Of every trained assistant in every column where the model it was trained from was evaluated too. */
export const gains = (inputs: ReportInputs, clusterOf: ClusterOf): ReadonlyArray<Gain> =>
  inputs.matrix.flatMap((cell) => {
    const base = baseline(inputs, cell)
    if (base === undefined) return []
    return metricsOf(cell).map((metric) => ({
      ...labels(cell),
      initial: base.assistant,
      metric,
      ...estimate(pairedDifference(observations(cell, metric, clusterOf), observations(base, metric, clusterOf))),
    }))
  })

/** Of the assistants whose own simulator is known and that met others too. Held-out columns are not of this. */
export const generalisation = (inputs: ReportInputs, clusterOf: ClusterOf): ReadonlyArray<Generalisation> =>
  [...ownSimulators(inputs)].flatMap(([assistant, own]) => {
    const gainsBySimulator = inputs.matrix.flatMap((cell) => {
      const base = cell.assistant === assistant && !cell.heldOut ? baseline(inputs, cell) : undefined
      if (base === undefined) return []
      const gained = differences(observations(cell, "reward", clusterOf), observations(base, "reward", clusterOf))
      return [{ own: cell.simulator === own, gained }]
    })
    const inOwn = gainsBySimulator.filter((gain) => gain.own)
    const others = gainsBySimulator.filter((gain) => !gain.own)
    if (inOwn.length === 0 || others.length === 0) return []
    const gap = pairedDifference(
      meanOver(inOwn.map(({ gained }) => gained)),
      meanOver(others.map(({ gained }) => gained)),
    )
    return [{ assistant, own, ...estimate(gap) }]
  })

export const sensitivity = (inputs: ReportInputs): ReadonlyArray<Sensitivity> =>
  inputs.matrix.map((cell) => {
    const base = baseline(inputs, cell)
    const gain = (ifZero: boolean) =>
      base === undefined ? null : meanOf(differences(scored(cell, ifZero), scored(base, ifZero)))
    return {
      ...labels(cell),
      rollouts: cell.rollouts.length,
      missing: missingOf(cell),
      mean: meanOf(scored(cell, false)),
      ifZero: meanOf(scored(cell, true)),
      gain: gain(false),
      gainIfZero: gain(true),
    }
  })

export const labels = ({ assistant, simulator, persona, heldOut }: ReportCell) => ({
  assistant,
  simulator,
  persona,
  heldOut,
})

/** The reward first, then the measures behind it. */
const metricsOf = ({ rollouts }: ReportCell) => [
  ...new Set(["reward", ...rollouts.flatMap(({ verdict }) => Object.keys(verdict?.measures ?? {}))]),
]

const valueOf = ({ verdict }: ReportRollout, metric: string) =>
  metric === "reward" ? verdict?.reward : verdict?.measures[metric]

/** What a column of the matrix is named by. */
export type Column = Pick<ReportCell, "simulator" | "persona">

export const isSameColumn = (a: Column, b: Column) => a.simulator === b.simulator && a.persona === b.persona

/** Of the rollouts that have the metric. */
export const observations = (
  cell: ReportCell,
  metric: string,
  clusterOf: ClusterOf,
): ReadonlyArray<PairedObservation> =>
  cell.rollouts.flatMap((rollout) => {
    const value = valueOf(rollout, metric)
    return value === undefined ? [] : [{ prompt: rollout.prompt, cluster: clusterOf(rollout.prompt), value }]
  })

const scored = (cell: ReportCell, ifZero: boolean): ReadonlyArray<PairedObservation> =>
  cell.rollouts.flatMap(({ prompt, verdict }) =>
    verdict === null && !ifZero ? [] : [{ prompt, cluster: prompt, value: verdict?.reward ?? 0 }],
  )

/** The cell of the model that the cell's assistant was trained from, in the same column. */
const baseline = ({ assistants, matrix }: ReportInputs, { assistant, ...column }: ReportCell) => {
  const trained = assistants[assistant]
  if (trained?._tag !== "Assistant") return undefined
  return matrix.find((other) => isSameColumn(other, column) && isInitialOf(trained, assistants[other.assistant]))
}

const isInitialOf = (
  { checkpoint: { base } }: Extract<PolicyResult, { readonly _tag: "Assistant" }>,
  initial: PolicyResult | undefined,
) =>
  initial?._tag === "InitialAssistant" &&
  initial.model.provider === base.provider &&
  initial.model.name === base.name &&
  initial.model.revision === base.revision

/** By prompt, the mean over the lists that have it; only prompts that all have. */
const meanOver = (lists: ReadonlyArray<ReadonlyArray<PairedObservation>>) => {
  const all = lists.flat()
  return byPrompt(all.filter(({ prompt }) => lists.every((list) => list.some((row) => row.prompt === prompt))))
}

const missingOf = ({ rollouts }: ReportCell) => rollouts.filter(({ verdict }) => verdict === null).length

const meanOf = (rows: ReadonlyArray<PairedObservation>) =>
  rows.length === 0 ? null : rows.reduce((sum, { value }) => sum + value, 0) / rows.length

/** An interval, or nulls where there is none. */
export const estimate = (interval: MeanInterval | null) =>
  interval === null
    ? { mean: null, low: null, high: null, n: 0 }
    : { mean: interval.mean, low: interval.low, high: interval.high, n: interval.n }
