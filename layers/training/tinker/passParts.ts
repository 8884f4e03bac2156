/** Passes that are too large for one request, sent as several. */
import type { Datum } from "../../../src/domain/Datum.ts"
import type { PassResult } from "../../../src/ports/Trainer.ts"

export interface PassLimits {
  readonly datums: number
  /** Of numbers as they go out: 4 for a token, a weight, an advantage or a log-probability, 8 for a target. */
  readonly bytes: number
}

/** Of one request: those of the protocol's Python SDK (`fwdbwd_max_chunk_len`, `fwdbwd_max_chunk_bytes_count`). */
export const passLimits: PassLimits = { datums: 1024, bytes: 5_000_000 }

/**
 * The datums in their order, in as few parts as the limits allow when each part is filled before the next. A datum
 * that is too large by itself is a part of its own. Gradients add up until the optimizer's step, so the parts of a pass
 * give the gradient of the whole one.
 */
export const passParts = (
  datums: ReadonlyArray<Datum>,
  limits: PassLimits = passLimits,
): ReadonlyArray<ReadonlyArray<Datum>> => {
  const parts: Array<Array<Datum>> = []
  let part: Array<Datum> = []
  let bytes = 0
  for (const datum of datums) {
    const more = bytesOf(datum)
    if (part.length > 0 && (part.length >= limits.datums || bytes + more > limits.bytes)) {
      parts.push(part)
      part = []
      bytes = 0
    }
    part.push(datum)
    bytes += more
  }
  return part.length === 0 ? parts : [...parts, part]
}

/**
 * The result of the whole pass. Metrics are joined by what their names end in, as the SDK does: `:sum`, `:min`, `:max`,
 * and `:mean` by the number of datums. One that can't be joined, or that a part doesn't have, is left out.
 */
export const joinPasses = (parts: ReadonlyArray<PassResult>): PassResult => {
  const [first] = parts
  if (parts.length === 1 && first !== undefined) return first
  const names = Object.keys(first?.metrics ?? {}).filter((name) => parts.every(({ metrics }) => name in metrics))
  const count = parts.reduce((sum, { outputs }) => sum + outputs.length, 0)
  return {
    outputs: parts.flatMap(({ outputs }) => outputs),
    metrics: Object.fromEntries(
      names.flatMap((name) => {
        const join = joins[name.split(":").at(-1) ?? ""]
        const values = parts.map(({ metrics, outputs }) => ({
          value: metrics[name] ?? Number.NaN,
          share: outputs.length / count,
        }))
        return join === undefined ? [] : [[name, join(values)]]
      }),
    ),
  }
}

type Join = (values: ReadonlyArray<{ readonly value: number; readonly share: number }>) => number

const joins: Readonly<Record<string, Join>> = {
  sum: (values) => values.reduce((sum, { value }) => sum + value, 0),
  mean: (values) => values.reduce((sum, { value, share }) => sum + share * value, 0),
  min: (values) => Math.min(...values.map(({ value }) => value)),
  max: (values) => Math.max(...values.map(({ value }) => value)),
}

const bytesOf = ({ modelInput, targetTokens, mask, logprobs = [], advantages = [] }: Datum) =>
  4 * (modelInput.length + mask.length + logprobs.length + advantages.length) + 8 * targetTokens.length
