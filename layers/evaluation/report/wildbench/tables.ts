/** How the tables of this part are written. */
import type { Column, Table } from "../Section.ts"

export const numeric = (name: string): Column => ({ name, numeric: true })
export const table = (caption: string, columns: ReadonlyArray<Column>, rows: Table["rows"], folded = false): Table => ({
  kind: "table",
  caption,
  columns,
  rows,
  ...(folded ? { folded } : {}),
})
