/** A column of numbers, one for each row of a corpus, that grows without being copied. */

type Cells = Uint8Array | Uint32Array | Float64Array

export interface Column {
  readonly length: () => number
  readonly push: (value: number) => void
  readonly at: (row: number) => number
  readonly set: (row: number, value: number) => void
}

const make = (cells: () => Cells): Column => {
  const blocks: Array<Cells> = []
  let length = 0
  return {
    length: () => length,
    push: (value) => {
      if (length % block === 0) blocks.push(cells())
      blocks[length >>> bits]![length & (block - 1)] = value
      length += 1
    },
    at: (row) => blocks[row >>> bits]![row & (block - 1)]!,
    set: (row, value) => {
      blocks[row >>> bits]![row & (block - 1)] = value
    },
  }
}

const bits = 15
const block = 1 << bits

/** Integers in [0, 256), a byte each. */
export const byteColumn = () => make(() => new Uint8Array(block))

/** Integers in [0, 2^32), four bytes each. */
export const wordColumn = () => make(() => new Uint32Array(block))

/** Any numbers, eight bytes each. */
export const numberColumn = () => make(() => new Float64Array(block))
