/** Words as Python's `text.lower().split()` gives them: what the 7-gram rule counts. */

export const lowerWords = (text: string): ReadonlyArray<string> => {
  const lower = text.toLowerCase()
  const words: Array<string> = []
  eachWord(lower, (start, end) => words.push(lower.slice(start, end)))
  return words
}

/** A hash of 32 bits of each word, in order, written into `out` from 0 on. Gives how many there are: room for that is there. */
export const wordHashes = (text: string, out: Int32Array): number => {
  const lower = text.toLowerCase()
  let count = 0
  let hash = 0
  let inside = false
  for (let i = 0; i < lower.length; i++) {
    const unit = lower.charCodeAt(i)
    if (isSpace(unit)) {
      if (inside) out[count++] = hash
      inside = false
    } else {
      hash = Math.imul((inside ? hash : 0x811c9dc5) ^ unit, 0x01000193)
      inside = true
    }
  }
  if (inside) out[count++] = hash
  return count
}

const eachWord = (text: string, visit: (start: number, end: number) => void) => {
  let start = -1
  for (let i = 0; i <= text.length; i++) {
    const space = i === text.length || isSpace(text.charCodeAt(i))
    if (!space && start < 0) start = i
    if (space && start >= 0) {
      visit(start, i)
      start = -1
    }
  }
}

/** What `str.isspace` is true of, all in the basic plane. */
const isSpace = (unit: number): boolean =>
  unit <= 32
    ? unit === 32 || (unit >= 9 && unit <= 13) || (unit >= 28 && unit <= 31)
    : unit >= 0x85 &&
      (unit === 0x85 ||
        unit === 0xa0 ||
        unit === 0x1680 ||
        (unit >= 0x2000 && unit <= 0x200a) ||
        unit === 0x2028 ||
        unit === 0x2029 ||
        unit === 0x202f ||
        unit === 0x205f ||
        unit === 0x3000)
