/** Between the port's plain data and the protocol's messages. The decoders throw on bytes that don't fit. */
import type { Datum } from "../../../src/domain/Datum.ts"
import type {
  AdamParams,
  Loss,
  ModelRequest,
  PassResult,
  Sampled,
  SampleRequest,
  SampleTarget,
} from "../../../src/ports/Trainer.ts"
import { DType, forwardBackwardOutput, forwardBackwardRequest, sampleResponse, StopReason } from "./Proto.ts"
import { float32Bytes, int64Bytes, tokenBytes, tokensOf, unbatch, unpack } from "./Tensors.ts"
import { lossInputs } from "./TinkerDialect.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"

export interface Pass {
  readonly modelId: string
  readonly seqId: number
  readonly datums: ReadonlyArray<Datum>
  readonly loss: Loss
  readonly forwardOnly: boolean
}

/** The same pass always gives the same bytes. Throws on token ids that are not whole numbers. */
export const encodePass = (dialect: TinkerDialect, { modelId, seqId, datums, loss, forwardOnly }: Pass): Uint8Array =>
  forwardBackwardRequest.encode({
    modelId,
    seqId,
    data: datums.map((datum) => ({
      modelInput: [{ chunk: { case: "encodedText" as const, value: { tokens: tokenBytes(datum.modelInput) } } }],
      lossFnInputs: Object.fromEntries(
        Object.entries(lossInputs(dialect, datum, loss)).map(([name, values]) => [name, tensor(name, values)]),
      ),
    })),
    lossFn: loss.kind,
    lossFnConfig: "low" in loss ? { clip_low_threshold: loss.low, clip_high_threshold: loss.high } : {},
    forwardOnly,
  })

export const decodePass = (bytes: Uint8Array): PassResult => {
  const message = forwardBackwardOutput.decode(bytes)
  const outputs = message.lossFnOutputs.flatMap((record) => {
    const logprobs = record.fields["logprobs"]
    const loss = record.fields["elementwise_loss"]
    const logprobRows = logprobs === undefined ? [] : unbatch(logprobs)
    const lossRows = loss === undefined ? [] : unbatch(loss)
    return Array.from({ length: Number(record.numDatums) || logprobRows.length }, (_, index) => {
      const elementwiseLoss = lossRows[index]
      return { logprobs: logprobRows[index] ?? [], ...(elementwiseLoss === undefined ? {} : { elementwiseLoss }) }
    })
  })
  return { outputs, metrics: message.metrics }
}

export interface SampleReply {
  readonly samples: ReadonlyArray<Sampled>
  /** As sent: see `promptLogprobsOf`. */
  readonly promptLogprobs: ReadonlyArray<number>
}

export const decodeSample = (bytes: Uint8Array): SampleReply => {
  const message = sampleResponse.decode(bytes)
  return {
    samples: message.sequences.map((sequence): Sampled => ({
      tokens: tokensOf(sequence.tokens),
      logprobs: sequence.logprobs === undefined ? [] : unpack(sequence.logprobs, DType.float32),
      stopReason: sequence.stopReason === StopReason.stop ? "stop" : "length",
    })),
    promptLogprobs: message.promptLogprobs === undefined ? [] : unpack(message.promptLogprobs, DType.float32),
  }
}

/** The JSON body of `asample`. */
export const sampleBody = (target: SampleTarget, request: SampleRequest, promptLogprobs: boolean) => ({
  num_samples: request.numSamples ?? 1,
  prompt: { chunks: [{ type: "encoded_text", tokens: request.tokens }] },
  sampling_params: {
    max_tokens: request.maxTokens,
    seed: request.seed,
    stop: request.stop,
    temperature: request.temperature,
    top_k: -1,
    top_p: request.topP ?? 1,
  },
  ...("baseModel" in target ? { base_model: target.baseModel } : { model_path: target.path }),
  prompt_logprobs: promptLogprobs,
  type: "sample",
})

export const loraBody = ({ rank, seed, train }: ModelRequest) => ({
  rank,
  seed,
  train_attn: train?.attention,
  train_mlp: train?.mlp,
  train_unembed: train?.unembedding,
})

export const adamBody = (adam: AdamParams) => ({
  learning_rate: adam.learningRate,
  beta1: adam.beta1 ?? 0.9,
  beta2: adam.beta2 ?? 0.95,
  eps: adam.eps ?? 1e-12,
  weight_decay: adam.weightDecay ?? 0,
  grad_clip_norm: adam.gradClipNorm ?? 0,
})

/** Why these datums can't be sent. */
export const findProblem = (datums: ReadonlyArray<Datum>, loss: Loss): string | undefined => {
  if (datums.length === 0) return "a pass needs at least one datum"
  for (const [index, datum] of datums.entries()) {
    const length = datum.modelInput.length
    if (length === 0) return `datum ${index} is empty`
    const names = loss.kind === "cross_entropy" ? plain : policy
    for (const name of names) {
      const values = datum[name]
      if (values === undefined) return `datum ${index} has no ${name}, which ${loss.kind} needs`
      if (values.length !== length) return `datum ${index} has ${length} input tokens and ${values.length} ${name}`
      if (!values.every(Number.isFinite)) return `datum ${index} has ${name} that are not numbers`
    }
  }
  return undefined
}

const plain = ["targetTokens", "mask"] as const
const policy = [...plain, "logprobs", "advantages"] as const

const tensor = (name: string, values: ReadonlyArray<number>) => {
  const [dtype, value] =
    name === "target_tokens" ? [DType.int64, int64Bytes(values)] : [DType.float32, float32Bytes(values)]
  return { encoding: { case: "dense" as const, value }, dtype, shape: [BigInt(values.length)] }
}
