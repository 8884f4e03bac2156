/**
 * Verdicts on numbered items as a judge wrote them. Strict: an item's verdict is a boolean, or the word for one, under
 * the item's own number. What is not said, or said both ways, is missing. Pure.
 */

export interface ReadItems {
  /** By item, from the first; null is missing. */
  readonly satisfied: ReadonlyArray<boolean | null>
  /** Empty where none was given. */
  readonly reasons: ReadonlyArray<string>
}

/**
 * Of `{ "verdicts": [{ item, satisfied, reason }] }`, of the list alone, of as many booleans as there are items, or of
 * an object with the items' numbers as its keys. Undefined where not one verdict can be read.
 */
export const readItems = (value: unknown, items: number): ReadItems | undefined => {
  const found = new Map<number, { satisfied: boolean | null; reason: string }>()
  for (const [item, entry] of entriesOf(inner(value), items)) {
    const satisfied = truth(isRecord(entry) ? entry["satisfied"] : entry)
    if (item < 1 || item > items || satisfied === undefined) continue
    const before = found.get(item)
    const agreed = before === undefined || before.satisfied === satisfied ? satisfied : null
    found.set(item, { satisfied: agreed, reason: before?.reason ?? reasonIn(entry) })
  }
  const all = Array.from({ length: items }, (_, i) => found.get(i + 1) ?? { satisfied: null, reason: "" })
  if (all.every(({ satisfied }) => satisfied === null)) return undefined
  return { satisfied: all.map(({ satisfied }) => satisfied), reasons: all.map(({ reason }) => reason) }
}

export const isComplete = ({ satisfied }: Pick<ReadItems, "satisfied">) => satisfied.every((one) => one !== null)

/** Items with a verdict. */
export const given = (read: Pick<ReadItems, "satisfied"> | undefined) =>
  read?.satisfied.filter((one) => one !== null).length ?? 0

const inner = (value: unknown) => (isRecord(value) && "verdicts" in value ? value["verdicts"] : value)

/** Item numbers with what stands for them. A list without numbers counts only where it has one entry for each item. */
const entriesOf = (value: unknown, items: number): ReadonlyArray<readonly [number, unknown]> => {
  if (Array.isArray(value)) {
    const list: ReadonlyArray<unknown> = value
    if (list.length === items && list.every((entry) => typeof entry === "boolean"))
      return list.map((entry, i) => [i + 1, entry])
    return list.flatMap((entry) => (isRecord(entry) ? [[numberOf(entry["item"]), entry] as const] : []))
  }
  return isRecord(value) ? Object.entries(value).map(([key, entry]) => [numberOf(key), entry]) : []
}

/** 0 where it is no whole number. */
const numberOf = (value: unknown): number => {
  if (typeof value === "number") return Number.isInteger(value) ? value : 0
  return typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : 0
}

const truth = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value
  const word = typeof value === "string" ? value.trim().toLowerCase() : ""
  return word === "true" ? true : word === "false" ? false : undefined
}

const reasonIn = (entry: unknown): string => {
  const reason = isRecord(entry) ? (entry["reason"] ?? entry["reasoning"]) : undefined
  return typeof reason === "string" ? reason : ""
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)
