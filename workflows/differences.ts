/** Where two canonical inputs differ. A step stands in them as `{ $step: id }`. */
import { canonicalJson } from "../src/domain/CanonicalJson.ts"

/** A side without a value leaves its key out: the field is at its default there, or the list has no such entry. */
export interface Difference {
  /** Such as `recipe.iterations` or `reward.checks[1].max`. */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** Every innermost difference, in the order of the fields. */
export const differences = (before: unknown, after: unknown, path = ""): ReadonlyArray<Difference> => {
  if (Array.isArray(before) && Array.isArray(after)) return inLists(before, after, path)
  if (!isRecord(before) || !isRecord(after) || isReference(before) || isReference(after)) {
    return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, before, after }]
  }
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) => {
    const at = path === "" ? key : `${path}.${key}`
    if (!Object.hasOwn(after, key)) return [{ path: at, before: before[key] }]
    if (!Object.hasOwn(before, key)) return [{ path: at, after: after[key] }]
    return differences(before[key], after[key], at)
  })
}

/** Equal entries are no difference wherever they stand; others are compared in order where there are as many. */
const inLists = (before: ReadonlyArray<unknown>, after: ReadonlyArray<unknown>, path: string) => {
  const left = without(before, after)
  const right = without(after, before)
  if (left.length === right.length) {
    return left.flatMap(({ value, at }, i) => differences(value, right[i]?.value, `${path}[${at}]`))
  }
  return [
    ...left.map(({ value, at }) => ({ path: `${path}[${at}]`, before: value })),
    ...right.map(({ value, at }) => ({ path: `${path}[${at}]`, after: value })),
  ]
}

const without = (values: ReadonlyArray<unknown>, others: ReadonlyArray<unknown>) => {
  const counts = new Map<string, number>()
  for (const other of others) counts.set(canonicalJson(other), (counts.get(canonicalJson(other)) ?? 0) + 1)
  return values
    .map((value, at) => ({ value, at }))
    .filter(({ value }) => {
      const left = counts.get(canonicalJson(value)) ?? 0
      if (left > 0) counts.set(canonicalJson(value), left - 1)
      return left === 0
    })
}

/** The inputs with each reference to a step replaced by one to its partner, where it has one. */
export const lookUp = (
  inputs: Readonly<Record<string, unknown>>,
  partners: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> => {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit)
    if (!isRecord(value)) return value
    if (isReference(value)) return { $step: partners.get(String(value["$step"])) ?? value["$step"] }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, visit(item)]))
  }
  // A record without a reference at its top stays a record.
  return visit(inputs) as Readonly<Record<string, unknown>>
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isReference = (value: Readonly<Record<string, unknown>>) => typeof value["$step"] === "string"
