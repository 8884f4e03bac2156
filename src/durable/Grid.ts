/**
 * A grid is the product of named axes, each cell given to a function that returns the cell's step.
 * Axes are arrays (a value labels itself) or objects (keys label the values); the cell's type is inferred from them.
 */
import { InvalidExperiment, InvalidInput, refuseUnknown } from "./StageErrors.ts"
import { isStep } from "./Step.ts"
import type { Step } from "./Step.ts"

export type Axis = ReadonlyArray<string | number | boolean> | Readonly<Record<string, unknown>>
export type Axes = Readonly<Record<string, Axis>>

/** One point of the grid: a value for each axis. */
export type Point<A extends Axes> = {
  readonly [K in keyof A]: A[K] extends ReadonlyArray<infer V> ? V : A[K][keyof A[K]]
}

export interface Cell<A extends Axes, Out, R> {
  /** `axis=label` for each axis in declared order, joined by commas. Unique in its grid. */
  readonly key: string
  readonly labels: { readonly [K in keyof A]: string }
  readonly point: Point<A>
  readonly step: Step<Out, R>
}

export interface Grid<A extends Axes, Out, R> {
  readonly axes: A
  readonly cells: ReadonlyArray<Cell<A, Out, R>>
}

export type AnyGrid = Grid<Axes, unknown, unknown>

/**
 * Throws `InvalidExperiment` for an empty axis, repeated labels, values that are undefined, axes that the functions ask
 * for and that aren't there, no cells left by `where`, or a cell without a step.
 */
export const make = <const A extends Axes, Out, R>(options: {
  readonly axes: A
  /** Keeps the points for which it is true; all without it. */
  readonly where?: (point: Point<A>) => boolean
  readonly experiment: (point: Point<A>) => Step<Out, R>
}): Grid<A, Out, R> => {
  refuseUnknown("grid", options, ["axes", "where", "experiment"])
  const points = Object.entries(options.axes).reduce<ReadonlyArray<Partial>>(
    (partial, [axis, values]) => {
      const entries = labelled(axis, values)
      return partial.flatMap((p) => entries.map(([label, value]) => extend(p, axis, label, value)))
    },
    [{ labels: {}, point: {} }],
  )
  const cells = points
    // The reduction above gives each axis one of its own values, which is what Point<A> says.
    .map(({ labels, point }) => ({ labels: labels as Cell<A, Out, R>["labels"], point: point as Point<A> }))
    .filter(({ point }) => options.where?.(watched(point)) ?? true)
    .map(({ labels, point }) => {
      const key = Object.entries(labels)
        .map(([axis, label]) => `${axis}=${label}`)
        .join(",")
      const step = inCell(key, () => options.experiment(watched(point)))
      if (!isStep(step)) throw new InvalidExperiment({ where: `cell ${key}`, detail: "the function returned no step" })
      return { key, labels, point, step }
    })
  if (cells.length === 0) throw new InvalidExperiment({ where: "grid", detail: "`where` leaves no cells" })
  return { axes: options.axes, cells }
}

/** The cells' steps by short labels: the values of the axes that vary; the whole key where none does. */
export const steps = <A extends Axes, Out, R>({ cells }: Grid<A, Out, R>): Readonly<Record<string, Step<Out, R>>> => {
  const labels: ReadonlyArray<Readonly<Record<string, string>>> = cells.map((cell) => cell.labels)
  const varying = Object.keys(labels[0] ?? {}).filter((axis) => new Set(labels.map((all) => all[axis])).size > 1)
  return Object.fromEntries(
    cells.map(({ key, step }, i) => [varying.map((axis) => labels[i]?.[axis]).join(", ") || key, step]),
  )
}

/** A misspelt axis would read as undefined: a filter that keeps nothing, or a field at its default. */
const watched = <P extends object>(point: P): P =>
  new Proxy(point, {
    get: (target, name, receiver) => {
      if (typeof name === "string" && !(name in target) && name !== "toJSON") {
        throw new InvalidExperiment({
          where: "grid",
          detail: `there is no axis "${name}": its axes are ${Object.keys(target).join(", ")}`,
        })
      }
      return Reflect.get(target, name, receiver)
    },
  })

const inCell = <A>(key: string, make: () => A): A => {
  try {
    return make()
  } catch (error) {
    throw error instanceof InvalidInput ? error.in(key) : error
  }
}

interface Partial {
  readonly labels: Readonly<Record<string, string>>
  readonly point: Readonly<Record<string, unknown>>
}

const extend = (partial: Partial, axis: string, label: string, value: unknown): Partial => ({
  labels: { ...partial.labels, [axis]: label },
  point: { ...partial.point, [axis]: value },
})

const labelled = (axis: string, values: Axis): ReadonlyArray<readonly [string, unknown]> => {
  const where = `axis ${axis}`
  if (typeof values !== "object" || values === null) {
    throw new InvalidExperiment({ where, detail: "give it an array of values, or an object of values by label" })
  }
  const entries: ReadonlyArray<readonly [string, unknown]> = Array.isArray(values)
    ? values.map((value: unknown) => [String(value), value] as const)
    : Object.entries(values)
  const unlabelled = Array.isArray(values) && values.find((value) => typeof value === "object" && value !== null)
  if (unlabelled) {
    throw new InvalidExperiment({
      where,
      detail: "its values are objects: write { label: value, ... } instead of [...]",
    })
  }
  const missing = entries.find(([, value]) => value === undefined)
  if (missing !== undefined) {
    throw new InvalidExperiment({ where, detail: `its value "${missing[0]}" is undefined: is it spelt right?` })
  }
  if (entries.length === 0) throw new InvalidExperiment({ where, detail: "it has no values" })
  const labels = entries.map(([label]) => label)
  const repeated = labels.find((label, i) => labels.indexOf(label) !== i)
  if (repeated !== undefined) throw new InvalidExperiment({ where, detail: `the value ${repeated} stands twice` })
  const odd = [axis, ...labels].find((label) => !/^[\w.:+-]+$/.test(label))
  if (odd !== undefined) {
    throw new InvalidExperiment({ where, detail: `"${odd}" can't be a label: use letters, digits and _ . : + -` })
  }
  return entries
}
