/** Numbers as the raw little-endian bytes that the protocol's messages carry. */
import { DType } from "./Proto.ts"
import type { BatchedTensor } from "./Proto.ts"

/** Token ids as int32. Throws on what is not a token id. */
export const tokenBytes = (tokens: ReadonlyArray<number>): Uint8Array =>
  pack(tokens, 4, (view, at, token) => view.setInt32(at, whole(token), true))

/** Token ids from int32. */
export const tokensOf = (bytes: Uint8Array): Array<number> => unpack(bytes, DType.int32)

export const float32Bytes = (values: ReadonlyArray<number>): Uint8Array =>
  pack(values, 4, (view, at, value) => view.setFloat32(at, value, true))

/** Whole numbers (token ids) as int64. Throws on what is not one. */
export const int64Bytes = (values: ReadonlyArray<number>): Uint8Array =>
  pack(values, 8, (view, at, value) => view.setBigInt64(at, BigInt(whole(value)), true))

/** Log-probabilities from float32. NaN marks a position without one (the first token of a prompt): null. */
export const logprobsOf = (bytes: Uint8Array): Array<number | null> =>
  unpack(bytes, DType.float32).map((value) => (Number.isNaN(value) ? null : value))

/** Numbers of a dtype. int64 beyond 2^53 loses digits. Throws on an unknown dtype or a cut value. */
export const unpack = (bytes: Uint8Array, dtype: number): Array<number> => {
  const reader = readers[dtype]
  if (reader === undefined) throw new Error(`unknown dtype ${dtype}`)
  if (bytes.byteLength % reader.size !== 0)
    throw new Error(`${bytes.byteLength} bytes are not ${reader.size}-byte values`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.byteLength / reader.size }, (_, index) => reader.read(view, index * reader.size))
}

/** One flat array for each datum: byte `offsets` cut `data`. Throws on offsets that don't fit the data. */
export const unbatch = (tensor: BatchedTensor): Array<Array<number>> => {
  const offsets = unpack(tensor.offsets, DType.int64)
  return offsets.slice(1).map((end, index) => {
    const start = offsets[index] ?? 0
    if (start > end || end > tensor.data.byteLength) throw new Error(`offsets ${start}..${end} are outside of the data`)
    return unpack(tensor.data.subarray(start, end), tensor.dtype)
  })
}

const pack = (
  values: ReadonlyArray<number>,
  size: number,
  write: (view: DataView, at: number, value: number) => void,
): Uint8Array => {
  const view = new DataView(new ArrayBuffer(values.length * size))
  values.forEach((value, index) => write(view, index * size, value))
  return new Uint8Array(view.buffer)
}

const whole = (value: number): number => {
  if (!Number.isSafeInteger(value)) throw new Error(`${value} is not a token id`)
  return value
}

/** bfloat16 is the upper half of a float32. */
const widen = new DataView(new ArrayBuffer(4))
const readBfloat16 = (view: DataView, at: number): number => {
  widen.setUint32(0, view.getUint16(at, true) << 16)
  return widen.getFloat32(0)
}

const readers: Readonly<Record<number, { size: number; read: (view: DataView, at: number) => number }>> = {
  [DType.float32]: { size: 4, read: (view, at) => view.getFloat32(at, true) },
  [DType.int64]: { size: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  [DType.int32]: { size: 4, read: (view, at) => view.getInt32(at, true) },
  [DType.bfloat16]: { size: 2, read: readBfloat16 },
}
