/** The numbers of a report in full precision as flat tables: each list of the report's document is one. */
import type { Value } from "./csv.ts"

export interface FlatTable {
  readonly name: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<Value>>
}

/** Fields of fields are `outer.inner`; a list of objects in a row makes a row of each; other lists are JSON. */
export const flatTables = (document: object): ReadonlyArray<FlatTable> =>
  Object.entries(document).flatMap(([name, list]): ReadonlyArray<FlatTable> => {
    if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) return []
    const rows = list.flatMap((row: object) => flat(row))
    const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))]
    return [{ name, columns, rows: rows.map((row) => columns.map((column) => row.get(column) ?? null)) }]
  })

type Row = ReadonlyMap<string, Value>

const flat = (value: object, before = ""): ReadonlyArray<Row> => {
  let rows: ReadonlyArray<Row> = [new Map()]
  for (const [key, field] of Object.entries(value)) {
    const name = `${before}${key}`
    const parts: ReadonlyArray<Row> = isObject(field)
      ? flat(field, `${name}.`)
      : Array.isArray(field) && field.length > 0 && field.every(isObject)
        ? field.flatMap((one: object) => flat(one, `${name}.`))
        : [new Map([[name, plain(field)]])]
    // A second list beside the first would make every pair of theirs: it stays one field.
    rows =
      parts.length > 1 && rows.length > 1
        ? rows.map((row) => new Map([...row, [name, JSON.stringify(field)]]))
        : rows.flatMap((row) => parts.map((part) => new Map([...row, ...part])))
  }
  return rows
}

const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const plain = (value: unknown): Value =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null
    ? value
    : value === undefined
      ? null
      : JSON.stringify(value)
