/** Which texts share a run of words with evaluation tasks: what would be trained on is then part of the evaluation. */
import { wordsOf } from "../words.ts"
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
  const filter = new Uint8Array(filterBits / 8)
  const scan = (text: string, visit: (bit: number, run: () => string) => boolean): boolean => {
    const words = wordsOf(text)
    const hashes = words.map(wordHash)
    for (let start = 0; start + size <= words.length; start++) {
      let hash = 0
      for (let i = start; i < start + size; i++) hash = (Math.imul(hash, 0x9e3779b1) + hashes[i]!) | 0
      if (visit((hash ^ (hash >>> 15)) & (filterBits - 1), () => words.slice(start, start + size).join(" ")))
        return true
    }
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

const wordHash = (word: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193)
  return hash
}
