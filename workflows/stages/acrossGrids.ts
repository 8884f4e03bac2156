/** The assistants of several grids as one report reads them, so that ways of training are compared across grids. */
import type { Replicate } from "../../layers/evaluation/report/ReportInputs.ts"
import { Grid } from "../../src/index.ts"
import type { Step } from "../../src/index.ts"
import { replicates } from "./replicates.ts"

export interface AcrossGrids<Out, R> {
  /** By "grid, label", where the label is that of `Grid.steps`. */
  readonly assistants: Readonly<Record<string, Step.Step<Out, R>>>
  /** As `replicates` gives them, told apart by the grid's name too. */
  readonly replicates: Readonly<Record<string, Replicate>>
}

/** Grids of one kind of step, by name. `seed` is the axis of seeds in each. */
export const acrossGrids = <Out, R>(
  grids: Readonly<Record<string, Grid.Grid<Grid.Axes, Out, R>>>,
  seed = "seed",
): AcrossGrids<Out, R> => {
  const all = Object.entries(grids).flatMap(([name, grid]) => {
    const seeds = replicates(grid, seed)
    return Object.entries(Grid.steps(grid)).map(([label, step]) => ({
      name,
      label: `${name}, ${label}`,
      step,
      of: seeds[label],
    }))
  })
  return {
    assistants: Object.fromEntries(all.map(({ label, step }) => [label, step])),
    replicates: Object.fromEntries(
      all.flatMap(({ name, label, of }) =>
        of === undefined ? [] : [[label, { ...of, labels: { grid: name, ...of.labels } }]],
      ),
    ),
  }
}
