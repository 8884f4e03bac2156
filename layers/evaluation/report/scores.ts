/** The cross-simulator matrix and what follows from it: gains over the initial model, generalisation, sensitivity. */
import { Array as Arr, Iterable as Iter } from "effect"
import type { PolicyResult } from "../../../src/domain/Results.ts"
import { bootstrapClusteredMeans, byPrompt, differences } from "../Bootstrap.ts"
import type { MeanInterval, Observation, PairedObservation } from "../Bootstrap.ts"
import type { Gain, Generalisation, MatrixRow, Sensitivity } from "./ReportData.ts"
import { ownSimulators } from "./ReportInputs.ts"
import type { ReportCell, ReportInputs, ReportRollout } from "./ReportInputs.ts"

/** Prompts by the cluster that is resampled whole. */
export type ClusterOf = (prompt: string) => string

export const matrixRows = ({ matrix }: ReportInputs, clusterOf: ClusterOf): ReadonlyArray<MatrixRow> => {
  const rows = matrix.flatMap((cell) => metricsOf(cell).map((metric) => ({ cell, metric })))
  return estimated(rows, ({ cell, metric }) => observations(cell, metric, clusterOf)).map(
    ([{ cell, metric }, mean]) => ({ ...labels(cell), metric, ...mean, missing: missingOf(cell) }),
  )
}

/** Of every trained assistant in every column where the model it was trained from was evaluated too. */
export const gains = (inputs: ReportInputs, clusterOf: ClusterOf): ReadonlyArray<Gain> => {
  const rows = inputs.matrix.flatMap((cell) => {
    const base = baseline(inputs, cell)
    return base === undefined ? [] : metricsOf(cell).map((metric) => ({ cell, base, metric }))
  })
  return estimated(rows, ({ cell, base, metric }) =>
    differences(observations(cell, metric, clusterOf), observations(base, metric, clusterOf)),
  ).map(([{ cell, base, metric }, mean]) => ({ ...labels(cell), initial: base.assistant, metric, ...mean }))
}

/** Of the assistants whose own simulator is known and that met others too. Held-out columns are not of this. */
export const generalisation = (inputs: ReportInputs, clusterOf: ClusterOf): ReadonlyArray<Generalisation> => {
  const rows = [...ownSimulators(inputs)].flatMap(([assistant, own]) => {
    const gainsBySimulator = inputs.matrix.flatMap((cell) => {
      const base = cell.assistant === assistant && !cell.heldOut ? baseline(inputs, cell) : undefined
      if (base === undefined) return []
      const gained = differences(observations(cell, "reward", clusterOf), observations(base, "reward", clusterOf))
      return [{ own: cell.simulator === own, gained }]
    })
    const inOwn = gainsBySimulator.filter((gain) => gain.own)
    const others = gainsBySimulator.filter((gain) => !gain.own)
    if (inOwn.length === 0 || others.length === 0) return []
    const gap = differences(meanOver(inOwn.map(({ gained }) => gained)), meanOver(others.map(({ gained }) => gained)))
    return [{ assistant, own, gap }]
  })
  return estimated(rows, ({ gap }) => gap).map(([{ assistant, own }, mean]) => ({ assistant, own, ...mean }))
}

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
const baseline = ({ assistants, matrix, trainedFrom = {} }: ReportInputs, { assistant, ...column }: ReportCell) => {
  const said = trainedFrom[assistant]
  if (said !== undefined) return matrix.find((other) => isSameColumn(other, column) && other.assistant === said)
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
  const prompts = lists.map((list) => new Set(list.map(({ prompt }) => prompt)))
  return byPrompt(lists.flat().filter(({ prompt }) => prompts.every((known) => known.has(prompt))))
}

const missingOf = ({ rollouts }: ReportCell) => rollouts.filter(({ verdict }) => verdict === null).length

const meanOf = (rows: ReadonlyArray<PairedObservation>) =>
  rows.length === 0 ? null : rows.reduce((sum, { value }) => sum + value, 0) / rows.length

/** Each row with the mean of the observations behind it, which are read row by row: those of all rows are many. */
export const estimated = <Row>(
  rows: ReadonlyArray<Row>,
  observationsOf: (row: Row) => ReadonlyArray<Observation>,
): ReadonlyArray<[Row, ReturnType<typeof estimate>]> =>
  Arr.zip(rows, bootstrapClusteredMeans(Iter.map(rows, observationsOf)).map(estimate))

/** An interval, or nulls where there is none. */
const estimate = (interval: MeanInterval | null) =>
  interval === null
    ? { mean: null, low: null, high: null, n: 0 }
    : { mean: interval.mean, low: interval.low, high: interval.high, n: interval.n }
