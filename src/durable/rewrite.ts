/** Rebuilds an experiment with some inputs changed, everything downstream included. Shared steps stay shared. */
import type { Experiment } from "./Experiment.ts"
import { isStep } from "./Step.ts"
import type { AnyStep } from "./Step.ts"

/** The new inputs of a step, or undefined to keep them. Checked by the step's stage as at its first making. */
export type Change = (step: AnyStep) => Readonly<Record<string, unknown>> | undefined

/** Throws `InvalidInput` where a changed input doesn't fit its stage. */
export const rewrite = <R>(experiment: Experiment<R>, change: Change): Experiment<R> => {
  const made = new Map<AnyStep, AnyStep>()
  const visit = (step: AnyStep): AnyStep => {
    const known = made.get(step)
    if (known !== undefined) return known
    const changed = change(step)
    const input = inside(changed ?? step.input, visit)
    const next =
      input === step.input
        ? step
        : changed === undefined
          ? { ...step, input: record(input) }
          : rebuilt(step, record(input))
    made.set(step, next)
    return next
  }
  const grids = Object.fromEntries(
    Object.entries(experiment.grids).map(([name, grid]) => [
      name,
      { ...grid, cells: grid.cells.map((cell) => ({ ...cell, step: visit(cell.step) })) },
    ]),
  )
  return { ...experiment, grids, collected: experiment.collected.map(visit) }
}

/** A stage is the function that checks inputs and makes steps. */
const rebuilt = ({ stage }: AnyStep, input: Readonly<Record<string, unknown>>): AnyStep =>
  (stage as unknown as (input: unknown) => AnyStep)(input)

const record = (value: unknown) => value as Readonly<Record<string, unknown>>

/** The value with every step in it visited; the very same value where nothing changed. */
const inside = (value: unknown, visit: (step: AnyStep) => AnyStep): unknown => {
  if (isStep(value)) return visit(value)
  if (Array.isArray(value)) {
    const items = value.map((item) => inside(item, visit))
    return items.some((item, i) => item !== value[i]) ? items : value
  }
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  const fields = Object.entries(value).map(([key, item]) => [key, inside(item, visit)] as const)
  return fields.some(([key, item]) => item !== (value as Record<string, unknown>)[key])
    ? Object.fromEntries(fields)
    : value
}
