/** One or more grids, their limits, and the steps over all their cells: what an experiment file exports. */
import { Predicate } from "effect"
import type { AnyGrid, Grid } from "./Grid.ts"
import { InvalidExperiment, refuseUnknown } from "./StageErrors.ts"
import { isStep } from "./Step.ts"
import type { AnyStep, Step } from "./Step.ts"

export const ExperimentTypeId: unique symbol = Symbol.for("understudy/Experiment")

export interface Limits {
  /** Dollars over the experiment's lifetime, failed attempts included. */
  readonly usd?: number
  /** Steps at once that train or sample models on the trainer, and GPUs at once of the servers that the run starts. */
  readonly gpus?: number
}

export interface Experiment<out R = never> {
  readonly [ExperimentTypeId]: (_: never) => R
  readonly name: string
  readonly grids: Readonly<Record<string, AnyGrid>>
  readonly limits: Limits
  readonly collected: ReadonlyArray<AnyStep>
}

type Grids = Readonly<Record<string, AnyGrid>>
type GridServices<G extends Grids> = {
  [K in keyof G]: G[K] extends Grid<infer _A, infer _O, infer R> ? R : never
}[keyof G]
type StepServices<S> = S extends Step<unknown, infer R> ? R : never

/** Throws `InvalidExperiment` when the name can't name a folder, there is no grid, or `collect` returns no steps. */
export const make = <const G extends Grids, const S extends ReadonlyArray<AnyStep> = readonly []>(
  name: string,
  options: {
    readonly grids: G
    readonly limits?: Limits
    /** Gets every grid and returns the steps over all cells: matrix, contrasts, report. */
    readonly collect?: (grids: G) => S
  },
): Experiment<GridServices<G> | StepServices<S[number]>> => {
  const where = `experiment "${name}"`
  const refuse = (detail: string) => new InvalidExperiment({ where, detail })
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) throw refuse("name it with a-z, 0-9 and -")
  refuseUnknown(where, options, ["grids", "limits", "collect"])
  refuseUnknown(`${where}, limits`, options.limits ?? {}, ["usd", "gpus"])
  const grids = Object.entries(options.grids ?? {})
  if (grids.length === 0) throw refuse("it has no grids")
  const noGrid = grids.find(([, grid]) => !Array.isArray(grid?.cells))
  if (noGrid !== undefined) throw refuse(`grids.${noGrid[0]} is no grid: make it with Grid.make`)
  for (const limit of ["usd", "gpus"] as const) {
    const value: unknown = options.limits?.[limit]
    if (value !== undefined && !(typeof value === "number" && value > 0)) {
      throw refuse(`limits.${limit} is ${String(value)}: give a positive number`)
    }
  }
  const collected: unknown = options.collect?.(options.grids) ?? []
  if (!Array.isArray(collected)) throw refuse("collect must return an array of steps")
  const odd = collected.findIndex((step) => !isStep(step))
  if (odd >= 0) throw refuse(`collect must return steps, and item ${odd + 1} is none`)
  const gpus = options.limits?.gpus
  if (gpus !== undefined && !(Number.isInteger(gpus) && gpus > 0)) {
    throw new InvalidExperiment({
      where: `experiment "${name}"`,
      detail: `limits.gpus is ${gpus}: give a whole number`,
    })
  }
  return {
    [ExperimentTypeId]: unreachable,
    name,
    grids: options.grids,
    limits: options.limits ?? {},
    collected,
  }
}

export const isExperiment = (value: unknown): value is Experiment<unknown> =>
  Predicate.hasProperty(value, ExperimentTypeId)

/** Every cell of every grid, keyed `grid/axis=label,...`. */
export const cells = (experiment: Experiment<unknown>) =>
  Object.entries(experiment.grids).flatMap(([grid, { cells }]) =>
    cells.map((cell) => ({ key: `${grid}/${cell.key}`, grid, labels: cell.labels, step: cell.step })),
  )

const unreachable = (never: never) => never
