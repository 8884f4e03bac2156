/**
 * The protobuf messages of the Tinker protocol (proto3, package `tinker_public`), for both directions. The descriptors
 * are built from the table below when the module loads; the types beside them have to agree with it.
 */
import { create, createFileRegistry, fromBinary, toBinary } from "@bufbuild/protobuf"
import type { Message, MessageInitShape } from "@bufbuild/protobuf"
import type { GenMessage } from "@bufbuild/protobuf/codegenv2"
import { fileDescriptor } from "./ProtoDescriptor.ts"

/** The content type of protobuf requests and answers. */
export const protobufType = "application/x-protobuf"

export const StopReason = { stop: 0, length: 1 } as const
export const DType = { unspecified: 0, float32: 1, int64: 2, int32: 3, bfloat16: 4 } as const

type Of<Name extends string, Fields> = Message<`tinker_public.${Name}`> & Fields
type OneOf<Cases> =
  { [Case in keyof Cases]: { case: Case; value: Cases[Case] } }[keyof Cases] | { case: undefined; value?: undefined }

export type SampledSequence = Of<"SampledSequence", { stopReason: number; tokens: Uint8Array; logprobs?: Uint8Array }>
export type TopkPromptLogprobs = Of<
  "TopkPromptLogprobs",
  { tokenIds: Uint8Array; logprobs: Uint8Array; k: number; promptLength: number }
>
export type SampleResponse = Of<
  "SampleResponse",
  {
    sequences: Array<SampledSequence>
    promptLogprobs?: Uint8Array
    topkPromptLogprobs?: TopkPromptLogprobs
    promptCacheHitTokens: number
  }
>
export type SparseCsr = Of<"SparseCsr", { values: Uint8Array; crowIndices: Uint8Array; colIndices: Uint8Array }>
export type Tensor = Of<
  "Tensor",
  { encoding: OneOf<{ dense: Uint8Array; sparseCsr: SparseCsr }>; dtype: number; shape: Array<bigint> }
>
export type BatchedTensor = Of<
  "BatchedTensor",
  { data: Uint8Array; offsets: Uint8Array; dtype: number; trailingShape: Array<bigint> }
>
export type ArrayRecord = Of<
  "ArrayRecord",
  { typeTag: string; fields: Record<string, BatchedTensor>; numDatums: bigint }
>
export type ForwardBackwardOutput = Of<
  "ForwardBackwardOutput",
  { lossFnOutputType: string; lossFnOutputs: Array<ArrayRecord>; metrics: Record<string, number> }
>
export type EncodedTextChunk = Of<"EncodedTextChunk", { tokens: Uint8Array }>
export type ImageChunk = Of<"ImageChunk", { data: Uint8Array; format: string; expectedTokens?: number }>
export type DmelChunk = Of<"DmelChunk", { dmel: Uint8Array }>
export type Chunk = Of<"Chunk", { chunk: OneOf<{ encodedText: EncodedTextChunk; image: ImageChunk; dmel: DmelChunk }> }>
export type WireDatum = Of<"Datum", { modelInput: Array<Chunk>; lossFnInputs: Record<string, Tensor> }>
export type ForwardBackwardRequest = Of<
  "ForwardBackwardRequest",
  {
    modelId: string
    seqId: number
    data: Array<WireDatum>
    lossFn: string
    lossFnConfig: Record<string, number>
    forwardOnly: boolean
  }
>

const registry = createFileRegistry(
  fileDescriptor(
    "tinker_public",
    {
      SampleResponse: [
        "repeated SampledSequence sequences = 1",
        "optional bytes prompt_logprobs = 2",
        "optional TopkPromptLogprobs topk_prompt_logprobs = 3",
        "int32 prompt_cache_hit_tokens = 4",
      ],
      SampledSequence: ["StopReason stop_reason = 1", "bytes tokens = 2", "optional bytes logprobs = 3"],
      TopkPromptLogprobs: ["bytes token_ids = 1", "bytes logprobs = 2", "uint32 k = 3", "uint32 prompt_length = 4"],
      SparseCsr: ["bytes values = 1", "bytes crow_indices = 2", "bytes col_indices = 3"],
      Tensor: [
        "oneof(encoding) bytes dense = 1",
        "oneof(encoding) SparseCsr sparse_csr = 2",
        "DType dtype = 3",
        "repeated int64 shape = 4",
      ],
      BatchedTensor: ["bytes data = 1", "bytes offsets = 2", "DType dtype = 3", "repeated int64 trailing_shape = 4"],
      ArrayRecord: ["string type_tag = 1", "map<string, BatchedTensor> fields = 2", "int64 num_datums = 3"],
      ForwardBackwardOutput: [
        "string loss_fn_output_type = 1",
        "repeated ArrayRecord loss_fn_outputs = 2",
        "map<string, double> metrics = 3",
      ],
      ForwardBackwardRequest: [
        "string model_id = 1",
        "int32 seq_id = 2",
        "repeated Datum data = 3",
        "string loss_fn = 4",
        "map<string, double> loss_fn_config = 5",
        "bool forward_only = 6",
      ],
      Datum: ["repeated Chunk model_input = 1", "map<string, Tensor> loss_fn_inputs = 2"],
      Chunk: [
        "oneof(chunk) EncodedTextChunk encoded_text = 1",
        "oneof(chunk) ImageChunk image = 2",
        "oneof(chunk) DmelChunk dmel = 3",
      ],
      EncodedTextChunk: ["bytes tokens = 1"],
      ImageChunk: ["bytes data = 1", "string format = 2", "optional int32 expected_tokens = 3"],
      DmelChunk: ["bytes dmel = 1"],
    },
    {
      StopReason: ["STOP_REASON_STOP", "STOP_REASON_LENGTH"],
      DType: ["DTYPE_UNSPECIFIED", "DTYPE_FLOAT32", "DTYPE_INT64", "DTYPE_INT32", "DTYPE_BFLOAT16"],
    },
  ),
  () => undefined,
)

/** A message's encoder and decoder. `decode` throws on bytes that are not such a message. */
const codec = <M extends Message>(name: string) => {
  const schema = registry.getMessage(`tinker_public.${name}`) as GenMessage<M> | undefined
  if (schema === undefined) throw new Error(`No message ${name} in the table`)
  return {
    encode: (init: MessageInitShape<GenMessage<M>>): Uint8Array => toBinary(schema, create(schema, init)),
    decode: (bytes: Uint8Array): M => fromBinary(schema, bytes) as M,
  }
}

export const sampleResponse = codec<SampleResponse>("SampleResponse")
export const forwardBackwardOutput = codec<ForwardBackwardOutput>("ForwardBackwardOutput")
export const forwardBackwardRequest = codec<ForwardBackwardRequest>("ForwardBackwardRequest")
