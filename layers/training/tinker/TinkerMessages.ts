/**
 * What requests and answers of the Tinker protocol are made of, in the protocol's own names. Passes and samples cross
 * the wire as protobuf; here they have the form of the protocol's JSON.
 */
import { Schema } from "effect"

/** Left out, null, or this. */
export const orNull = <A, I>(schema: Schema.Schema<A, I>) => Schema.optional(Schema.NullOr(schema))

/** Token ids; servers refuse an empty chunk. */
export const ModelInput = Schema.Struct({
  chunks: Schema.Array(Schema.Struct({ type: Schema.Literal("encoded_text"), tokens: Schema.Array(Schema.Int) })),
})
export const TensorData = Schema.Struct({
  data: Schema.Array(Schema.Number),
  dtype: Schema.Literal("int64", "float32"),
  shape: Schema.optional(Schema.Array(Schema.Int)),
})
/** `loss_fn_inputs` by the loss: `target_tokens` (int64), `weights`, `logprobs`, `advantages` (float32). */
export const WireDatum = Schema.Struct({
  model_input: ModelInput,
  loss_fn_inputs: Schema.Record({ key: Schema.String, value: TensorData }),
})
export type WireDatum = typeof WireDatum.Type
export const LoraConfig = Schema.Struct({
  /** SkyRL takes 0 as all weights. */
  rank: Schema.Int,
  seed: orNull(Schema.Int),
  train_attn: orNull(Schema.Boolean),
  train_mlp: orNull(Schema.Boolean),
  train_unembed: orNull(Schema.Boolean),
})
export const AdamParams = Schema.Struct({
  learning_rate: Schema.Number,
  beta1: Schema.Number,
  beta2: Schema.Number,
  eps: Schema.Number,
  weight_decay: Schema.Number,
  grad_clip_norm: Schema.Number,
})
export const SamplingParams = Schema.Struct({
  max_tokens: Schema.Int,
  /** Sample i of a request uses `seed + i`. */
  seed: orNull(Schema.Int),
  stop: Schema.Union(Schema.Array(Schema.Int), Schema.Array(Schema.String)),
  temperature: Schema.Number,
  top_k: Schema.Int,
  top_p: Schema.Number,
})
/** Reductions are in the names of metrics, such as `loss:sum`. */
export const Metrics = Schema.Record({ key: Schema.String, value: Schema.Number })

export const ForwardBackward = Schema.Struct({
  model_id: Schema.String,
  seq_id: Schema.Int,
  data: Schema.Array(WireDatum),
  loss_fn: Schema.String,
  loss_fn_config: Metrics,
  /** True: no gradients. What `forward` is in other clients. */
  forward_only: Schema.Boolean,
})
export type ForwardBackward = typeof ForwardBackward.Type
export const ForwardBackwardOutput = Schema.Struct({
  loss_fn_output_type: Schema.String,
  /** In the order of the data; each has `logprobs` and, where the server gives it, `elementwise_loss`. */
  loss_fn_outputs: Schema.Array(Schema.Record({ key: Schema.String, value: Schema.Array(Schema.Number) })),
  metrics: Metrics,
})
export type ForwardBackwardOutput = typeof ForwardBackwardOutput.Type
export const Sample = Schema.Struct({
  num_samples: Schema.Int,
  prompt: ModelInput,
  sampling_params: SamplingParams,
  /** One of the three, or two where it is a sampling session, whose requests are numbered. */
  base_model: Schema.optional(Schema.String),
  model_path: Schema.optional(Schema.String),
  sampling_session_id: Schema.optional(Schema.String),
  seq_id: Schema.optional(Schema.Int),
  prompt_logprobs: Schema.optional(Schema.Boolean),
})
export type Sample = typeof Sample.Type
export const SampleOutput = Schema.Struct({
  /** `logprobs` in nats, one for each token; none where the server left them out. */
  sequences: Schema.Array(
    Schema.Struct({
      tokens: Schema.Array(Schema.Int),
      logprobs: Schema.Array(Schema.Number),
      stop_reason: Schema.Literal("stop", "length"),
    }),
  ),
  /** Of the prompt's tokens, where asked for; NaN for one without. JAX leaves the first out. */
  prompt_logprobs: Schema.Array(Schema.Number),
})
export type SampleOutput = typeof SampleOutput.Type

/** `retrieve_future`: a poll for the result of a request. */
export const RetrieveFuture = Schema.Struct({ request_id: Schema.String, allow_metadata_only: Schema.Boolean })
/** What a poll says while there is no result, or instead of one. */
export const FutureState = Schema.Struct({
  /** `try_again`: not yet. */
  type: Schema.optional(Schema.Unknown),
  /** `complete_metadata`: ready, ask for all of it. */
  status: Schema.optional(Schema.Unknown),
  /** Such as `paused_capacity`. */
  queue_state: Schema.optional(Schema.String),
  error: Schema.optional(Schema.String),
  /** `user`, `server` or `unknown`. */
  category: Schema.optional(Schema.Unknown),
})
export type FutureState = typeof FutureState.Type
