/** Passes and samples between the protocol's JSON form and its protobuf. Throws on what doesn't fit. */
import { DType, forwardBackwardOutput, forwardBackwardRequest, sampleResponse, StopReason } from "./Proto.ts"
import { float32Bytes, int64Bytes, tokenBytes, tokensOf, unbatch, unpack } from "./Tensors.ts"
import type { ForwardBackward, ForwardBackwardOutput, SampleOutput } from "./TinkerMessages.ts"

/** The same pass always gives the same bytes. Throws on token ids that are not whole numbers. */
export const encodeForwardBackward = (pass: ForwardBackward): Uint8Array =>
  forwardBackwardRequest.encode({
    modelId: pass.model_id,
    seqId: pass.seq_id,
    data: pass.data.map(({ model_input, loss_fn_inputs }) => ({
      modelInput: model_input.chunks.map(({ tokens }) => ({
        chunk: { case: "encodedText" as const, value: { tokens: tokenBytes(tokens) } },
      })),
      lossFnInputs: Object.fromEntries(
        Object.entries(loss_fn_inputs).map(([name, { data, dtype, shape = [data.length] }]) => [
          name,
          {
            encoding: { case: "dense" as const, value: dtype === "int64" ? int64Bytes(data) : float32Bytes(data) },
            dtype: dtype === "int64" ? DType.int64 : DType.float32,
            shape: shape.map(BigInt),
          },
        ]),
      ),
    })),
    lossFn: pass.loss_fn,
    lossFnConfig: pass.loss_fn_config,
    forwardOnly: pass.forward_only,
  })

export const decodeForwardBackward = (bytes: Uint8Array): ForwardBackwardOutput => {
  const { lossFnOutputType, lossFnOutputs, metrics } = forwardBackwardOutput.decode(bytes)
  return {
    loss_fn_output_type: lossFnOutputType,
    loss_fn_outputs: lossFnOutputs.flatMap(({ fields, numDatums }) => {
      const columns = Object.entries(fields).map(([name, tensor]) => ({ name, rows: unbatch(tensor) }))
      const count = Number(numDatums) || Math.max(0, ...columns.map(({ rows }) => rows.length))
      return Array.from({ length: count }, (_, index) =>
        Object.fromEntries(
          columns.flatMap(({ name, rows }) => (index < rows.length ? [[name, rows[index] ?? []]] : [])),
        ),
      )
    }),
    metrics,
  }
}

export const decodeSampleOutput = (bytes: Uint8Array): SampleOutput => {
  const { sequences, promptLogprobs } = sampleResponse.decode(bytes)
  return {
    sequences: sequences.map(({ tokens, logprobs, stopReason }) => ({
      tokens: tokensOf(tokens),
      logprobs: logprobs === undefined ? [] : unpack(logprobs, DType.float32),
      stop_reason: stopReason === StopReason.stop ? "stop" : "length",
    })),
    prompt_logprobs: promptLogprobs === undefined ? [] : unpack(promptLogprobs, DType.float32),
  }
}
