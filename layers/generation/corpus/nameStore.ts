/** Millions of names, end to end in blocks, and their order. Hashed addresses, which are hex, take half their length. */
import { byteColumn, wordColumn } from "./Column.ts"

/** Names have numbers from 0, in the order in which they are added. */
export const nameStore = () => {
  const blocks: Array<Buffer> = []
  const startOf = wordColumn()
  /** What a block's first byte counts as, over all that was put in before: the room left in a block doesn't count. */
  const blockStarts: Array<number> = []
  const isHex = byteColumn()
  let end = 0
  const bytesAt = (name: number): Buffer => {
    const start = startOf.at(name)
    const next = name + 1 < startOf.length() ? startOf.at(name + 1) : end
    const block = blockAt(blockStarts, start)
    const from = start - blockStarts[block]!
    return blocks[block]!.subarray(from, from + next - start)
  }
  const text = (name: number) => (isHex.at(name) === 1 ? Buffer.from(bytesAt(name).toString("hex")) : bytesAt(name))
  return {
    add: (name: string): void => {
      const hex = /^(?:[0-9a-f]{2})+$/.test(name)
      const bytes = Buffer.from(name, hex ? "hex" : "utf8")
      const block = blocks.at(-1)
      if (block === undefined || end - blockStarts.at(-1)! + bytes.length > block.length) {
        blocks.push(Buffer.allocUnsafeSlow(Math.max(blockSize, bytes.length)))
        blockStarts.push(end)
      }
      bytes.copy(blocks.at(-1)!, end - blockStarts.at(-1)!)
      startOf.push(end)
      isHex.push(hex ? 1 : 0)
      end += bytes.length
    },
    /** As Python sorts strings, by code point: UTF-8 keeps that order, and so do the bytes that hex digits stand for. */
    sorted: (some: Uint32Array): Uint32Array => {
      const alike = some.every((name) => isHex.at(name) === isHex.at(some[0]!))
      const bytes = alike ? bytesAt : text
      // Most names differ in their first bytes: these are compared as numbers.
      const heads = new Float64Array(some.length)
      const order = new Uint32Array(some.length)
      for (let at = 0; at < some.length; at++) {
        heads[at] = headOf(bytes(some[at]!))
        order[at] = at
      }
      order.sort((a, b) => heads[a]! - heads[b]! || Buffer.compare(bytes(some[a]!), bytes(some[b]!)))
      return order.map((at) => some[at]!)
    },
  }
}

const headOf = (bytes: Buffer): number => {
  let head = 0
  for (let i = 0; i < 6; i++) head = head * 256 + (bytes[i] ?? 0)
  return head
}

const blockSize = 1 << 20

/** The last block that begins at or before `start`. */
const blockAt = (starts: ReadonlyArray<number>, start: number): number => {
  let [low, high] = [0, starts.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (starts[middle]! <= start) low = middle
    else high = middle - 1
  }
  return low
}
