/** Samples and passes of the scripted server: hashes in place of a model. */
import { DType, forwardBackwardOutput, sampleResponse, StopReason } from "../../../layers/training/tinker/Proto.ts"
import { float32Bytes, int64Bytes, tokenBytes } from "../../../layers/training/tinker/Tensors.ts"
import type { PlainDatum, RequestBody } from "./ScriptedRoutes.ts"
import { fraction, hash } from "./ScriptedState.ts"
import type { Weights } from "./ScriptedState.ts"

/** In (-4, 0): a hash of the token and what stands before it, nearer to 0 with each step. */
const logprob = (weights: Weights, before: ReadonlyArray<number>, token: number): number =>
  Math.fround(-4 * fraction(weights.hash, before.slice(-4), token) * 0.25 - 3 * 0.8 ** weights.steps)

/**
 * Tokens from (seed, prompt, weights). Three samples of four end within `max_tokens` with a stop token, where there is
 * one to end with.
 */
export const sampleResult = (weights: Weights, body: RequestBody, alphabet: ReadonlyArray<number>): Uint8Array => {
  const prompt = body.prompt.chunks.flatMap((chunk) => chunk.tokens)
  const { max_tokens: max, seed, stop, temperature } = body.sampling_params
  const sequences = Array.from({ length: body.num_samples }, (_, index) => {
    const key = hash(weights.hash, prompt, temperature === 0 ? "greedy" : seed + index)
    const ends = stop.length > 0 && fraction(key, "ends") < 0.75
    const length = ends ? Math.floor(fraction(key, "length") * max) : max
    const tokens: Array<number> = Array.from(
      { length },
      (_, at) => alphabet[Math.floor(fraction(key, at) * alphabet.length)] ?? 0,
    )
    if (ends) tokens.push(stop[0] ?? 0)
    return {
      stopReason: ends ? StopReason.stop : StopReason.length,
      tokens: tokenBytes(tokens),
      logprobs: float32Bytes(
        tokens.map((token, at) => logprob(weights, [...prompt.slice(-4), ...tokens.slice(0, at)], token)),
      ),
    }
  })
  const scores = prompt.slice(1).map((token, at) => logprob(weights, prompt.slice(0, at + 1), token))
  return sampleResponse.encode({
    sequences,
    ...(body.prompt_logprobs ? { promptLogprobs: float32Bytes(scores) } : {}),
  })
}

export const passResult = (
  weights: Weights,
  datums: ReadonlyArray<PlainDatum>,
  metrics?: Readonly<Record<string, number>>,
): Uint8Array => {
  const rows = datums.map(({ tokens, inputs }) =>
    (inputs["target_tokens"] ?? []).map((target, at) => logprob(weights, tokens.slice(0, at + 1), target)),
  )
  const losses = rows.map((row, index) =>
    row.map((value, at) => -value * (datums[index]?.inputs["weights"]?.[at] ?? 1)),
  )
  const batched = (values: ReadonlyArray<ReadonlyArray<number>>) => {
    let end = 0
    return {
      data: float32Bytes(values.flat()),
      offsets: int64Bytes([0, ...values.map(({ length }) => (end += 4 * length))]),
      dtype: DType.float32,
      trailingShape: [],
    }
  }
  return forwardBackwardOutput.encode({
    lossFnOutputType: "ArrayRecord",
    lossFnOutputs: [
      {
        numDatums: BigInt(rows.length),
        fields: { logprobs: batched(rows), elementwise_loss: batched(losses) },
      },
    ],
    metrics: metrics ?? { "loss:sum": losses.flat().reduce((sum, value) => sum + value, 0) },
  })
}
