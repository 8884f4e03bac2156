/** Ids that are unique in a corpus, where the source may give one twice. */
import { textTable } from "./TextTable.ts"

/**
 * The first row of an id keeps it, the later ones get `id#2`, `id#3` ... An id of the source that looks like one of
 * those gets `#1` after it, so that only repeats end so.
 */
export const uniqueIds = () => {
  const seen = textTable()
  return (id: string): string => {
    const own = /#\d+$/.test(id) ? `${id}#1` : id
    const before = seen.add(own, 1)
    return before === 0 ? own : `${own}#${before + 1}`
  }
}
