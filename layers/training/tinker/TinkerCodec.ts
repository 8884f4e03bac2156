/** Between the port's data and the protocol's requests and answers. */
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
import { lossInputs } from "./TinkerDialect.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"
import type { AnswerOf, RequestOf } from "./TinkerProtocol.ts"

export interface Pass {
  readonly modelId: string
  readonly seqId: number
  readonly datums: ReadonlyArray<Datum>
  readonly loss: Loss
  readonly forwardOnly: boolean
}

/** The request of a pass. */
export const passBody = (
  dialect: TinkerDialect,
  { modelId, seqId, datums, loss, forwardOnly }: Pass,
): RequestOf<"forward_backward"> => ({
  model_id: modelId,
  seq_id: seqId,
  data: datums.map((datum) => ({
    model_input: { chunks: [{ type: "encoded_text", tokens: datum.modelInput }] },
    loss_fn_inputs: Object.fromEntries(
      Object.entries(lossInputs(dialect, datum, loss)).map(([name, data]) => [
        name,
        { data, dtype: name === "target_tokens" ? "int64" : "float32" },
      ]),
    ),
  })),
  loss_fn: loss.kind,
  loss_fn_config: "low" in loss ? { clip_low_threshold: loss.low, clip_high_threshold: loss.high } : {},
  forward_only: forwardOnly,
})

export const passResult = ({ loss_fn_outputs, metrics }: AnswerOf<"forward_backward">): PassResult => ({
  outputs: loss_fn_outputs.map(({ logprobs = [], elementwise_loss: elementwiseLoss }) =>
    elementwiseLoss === undefined ? { logprobs } : { logprobs, elementwiseLoss },
  ),
  metrics,
})

export const samplesOf = ({ sequences }: AnswerOf<"asample">): ReadonlyArray<Sampled> =>
  sequences.map(({ tokens, logprobs, stop_reason }) => ({ tokens, logprobs, stopReason: stop_reason }))

export const sampleBody = (
  target: SampleTarget,
  request: SampleRequest,
  promptLogprobs: boolean,
): RequestOf<"asample"> => ({
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
