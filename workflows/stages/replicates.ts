/** Which assistants of a grid are the same way of training under different seeds, in the form that `Report` reads. */
import type { Replicate } from "../../layers/evaluation/report/ReportInputs.ts"
import { Grid } from "../../src/index.ts"

/** By the labels of `Grid.steps`. `seed` is the axis of seeds; what else varies tells the ways apart. */
export const replicates = <A extends Grid.Axes, Out, R>(
  grid: Grid.Grid<A, Out, R>,
  seed: keyof A & string = "seed",
): Readonly<Record<string, Replicate>> => {
  const all: ReadonlyArray<Readonly<Record<string, string>>> = grid.cells.map(({ labels }) => labels)
  const varies = (axis: string) => new Set(all.map((labels) => labels[axis])).size > 1
  const axes = Object.keys(grid.axes).filter((axis) => axis !== seed && varies(axis))
  return Object.fromEntries(
    Object.keys(Grid.steps(grid)).map((label, i) => [
      label,
      {
        seed: all[i]?.[seed] ?? "",
        labels: Object.fromEntries(axes.map((axis) => [axis, all[i]?.[axis] ?? ""])),
      },
    ]),
  )
}
