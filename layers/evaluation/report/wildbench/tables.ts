/** How the tables of this part are written. */
import type { Column, Source, Table, TalkFilter } from "../Section.ts"

export const numeric = (name: string, talks?: TalkFilter): Column => ({
  name,
  numeric: true,
  ...(talks === undefined ? {} : { talks }),
})

/** `sources` are of the rows. */
export const table = (
  caption: string,
  columns: ReadonlyArray<Column>,
  rows: Table["rows"],
  sources: ReadonlyArray<Source>,
  folded = false,
): Table => ({ kind: "table", caption, columns, rows, sources, ...(folded ? { folded } : {}) })
