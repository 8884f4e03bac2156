/** Which texts share a run of words with evaluation tasks: what would be trained on is then part of the evaluation. */
import { wordsOf } from "../words.ts"
import { runHashes } from "./runHashes.ts"
import { textTable } from "./TextTable.ts"

export interface TaskOverlap {
  /** Adds the text of a task. Texts shorter than the run have nothing to be found by. */
  readonly add: (text: string) => void
  /** Of tasks. */
  readonly runs: () => number
  readonly isIn: (text: string) => boolean
}

/** Runs of `size` words, letters and digits only, in lower case. */
export const taskOverlap = (size = 13): TaskOverlap => {
  const table = textTable()
  const hashesOf = runHashes(size)
  const filter = new Uint8Array(filterBits / 8)
  const scan = (text: string, visit: (bit: number, run: () => string) => boolean): boolean => {
    const words = wordsOf(text)
    const { hashes, count } = hashesOf(words.join(" "))
    for (let start = 0; start < count; start++)
      if (visit(hashes[start]! & (filterBits - 1), () => words.slice(start, start + size).join(" "))) return true
    return false
  }
  return {
    add: (text) => {
      scan(text, (bit, run) => {
        filter[bit >>> 3]! |= 1 << (bit & 7)
        table.getOrPut(run(), 0)
        return false
      })
    },
    runs: table.size,
    isIn: (text) =>
      scan(text, (bit, run) => (filter[bit >>> 3]! & (1 << (bit & 7))) !== 0 && table.get(run()) !== undefined),
  }
}

/** Most runs are in no task: a bit says so without putting the run together. */
const filterBits = 1 << 26
