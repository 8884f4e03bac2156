/** One or more grids, their limits, and the steps over all their cells: what an experiment file exports. */
import { Predicate } from "effect"
import type { AnyGrid, Grid } from "./Grid.ts"
import { InvalidExperiment } from "./StageErrors.ts"
import type { AnyStep, Step } from "./Step.ts"

export const ExperimentTypeId: unique symbol = Symbol.for("understudy/Experiment")

export interface Limits {
  /** Dollars over the experiment's lifetime, failed attempts included. */
  readonly usd?: number
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

/** Throws `InvalidExperiment` when the name can't name a folder or there is no grid. */
export const make = <const G extends Grids, const S extends ReadonlyArray<AnyStep> = readonly []>(
  name: string,
  options: {
    readonly grids: G
    readonly limits?: Limits
    /** Gets every grid and returns the steps over all cells: matrix, contrasts, report. */
    readonly collect?: (grids: G) => S
  },
): Experiment<GridServices<G> | StepServices<S[number]>> => {
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name)) {
    throw new InvalidExperiment({ where: `experiment "${name}"`, detail: "name it with a-z, 0-9 and -" })
  }
  if (Object.keys(options.grids).length === 0) {
    throw new InvalidExperiment({ where: `experiment "${name}"`, detail: "it has no grids" })
  }
  const usd = options.limits?.usd
  if (usd !== undefined && !(usd > 0)) {
    throw new InvalidExperiment({ where: `experiment "${name}"`, detail: `limits.usd is ${usd}: give a positive sum` })
  }
  return {
    [ExperimentTypeId]: unreachable,
    name,
    grids: options.grids,
    limits: options.limits ?? {},
    collected: options.collect?.(options.grids) ?? [],
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
