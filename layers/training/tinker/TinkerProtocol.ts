/**
 * The requests of the Tinker protocol that this client speaks, with their answers. After the Python SDK 0.25 and SkyRL
 * 0.4.0, which has no `forward` of its own: that is a pass with `forward_only`.
 */
import { Schema } from "effect"
import {
  AdamParams,
  ForwardBackward,
  ForwardBackwardOutput,
  LoraConfig,
  Metrics,
  orNull,
  Sample,
  SampleOutput,
} from "./TinkerMessages.ts"

const endpoint = <Q, A, I>(
  /** Answered at once, or with an id whose result is asked for later. */
  answers: "now" | "later",
  request: Schema.Schema<Q>,
  /** Of the request itself, or of its result. */
  answer: Schema.Schema<A, I>,
  more: More = {},
) => ({ answers, request, answer, ...more })

interface More {
  /** The constant `type` of the body. */
  readonly type?: string
  /** False: the server would carry a repetition out again. Default true. */
  readonly resend?: boolean
  /** GET; default POST. */
  readonly get?: boolean
}

const model = { model_id: Schema.String }
const numbered = { ...model, seq_id: Schema.optional(Schema.Int) }
const Nothing = Schema.Struct({})

/** By the last part of the path below `/api/v1/`. */
export const protocol = {
  healthz: endpoint("now", Nothing, Schema.Struct({ status: Schema.String }), { get: true }),
  get_server_capabilities: endpoint(
    "now",
    Nothing,
    Schema.Struct({
      supported_models: Schema.Array(
        Schema.Struct({ model_name: Schema.String, max_context_length: orNull(Schema.Int) }),
      ),
    }),
    { get: true },
  ),
  /** Feature flags. SkyRL gives hardly any; the limits of a pass are the hosted service's. */
  "client/config": endpoint(
    "now",
    Schema.Struct({ sdk_version: Schema.String }),
    Schema.Struct({ fwdbwd_max_chunk_len: orNull(Schema.Int), fwdbwd_max_chunk_bytes_count: orNull(Schema.Int) }),
  ),
  create_session: endpoint(
    "now",
    Schema.Struct({
      tags: Schema.Array(Schema.String),
      sdk_version: Schema.String,
      user_metadata: Schema.optional(Schema.Unknown),
    }),
    Schema.Struct({
      session_id: Schema.String,
      info_message: orNull(Schema.String),
      warning_message: orNull(Schema.String),
      error_message: orNull(Schema.String),
    }),
    { type: "create_session" },
  ),
  session_heartbeat: endpoint("now", Schema.Struct({ session_id: Schema.String }), Schema.Unknown, {
    type: "session_heartbeat",
  }),
  create_sampling_session: endpoint(
    "now",
    Schema.Struct({
      session_id: Schema.String,
      sampling_session_seq_id: Schema.Int,
      base_model: Schema.optional(Schema.String),
      model_path: Schema.optional(Schema.String),
    }),
    Schema.Struct({ sampling_session_id: Schema.String }),
    { type: "create_sampling_session" },
  ),
  create_model: endpoint(
    "later",
    Schema.Struct({
      session_id: Schema.String,
      model_seq_id: Schema.Int,
      base_model: Schema.String,
      lora_config: LoraConfig,
    }),
    Schema.Struct({ model_id: Schema.String }),
    { type: "create_model", resend: false },
  ),
  unload_model: endpoint("later", Schema.Struct(model), Schema.Unknown, { type: "unload_model" }),
  get_info: endpoint(
    "now",
    Schema.Struct(model),
    Schema.Struct({
      model_id: Schema.String,
      model_data: Schema.Struct({
        base_model: orNull(Schema.String),
        model_name: orNull(Schema.String),
        lora_config: orNull(Schema.Struct({ rank: Schema.Int })),
      }),
    }),
    { type: "get_info" },
  ),
  forward_backward: endpoint("later", ForwardBackward, ForwardBackwardOutput),
  optim_step: endpoint(
    "later",
    Schema.Struct({ ...numbered, adam_params: AdamParams }),
    Schema.Struct({ metrics: orNull(Metrics) }),
    { type: "optim_step" },
  ),
  /** Only as a model's first request. */
  load_weights: endpoint(
    "later",
    Schema.Struct({ ...numbered, path: Schema.String, optimizer: Schema.Boolean }),
    Schema.Unknown,
    {
      type: "load_weights",
      resend: false,
    },
  ),
  /** `path` is a name here (`[A-Za-z0-9_-]+`), and the answer's is the whole one. */
  save_weights: endpoint(
    "later",
    Schema.Struct({ ...numbered, path: Schema.String }),
    Schema.Struct({ path: Schema.String }),
    {
      type: "save_weights",
    },
  ),
  save_weights_for_sampler: endpoint(
    "later",
    Schema.Struct({ ...numbered, path: Schema.String }),
    Schema.Struct({ path: Schema.String }),
    {
      type: "save_weights_for_sampler",
    },
  ),
  weights_info: endpoint(
    "now",
    Schema.Struct({ tinker_path: Schema.String }),
    Schema.Struct({ base_model: Schema.String, is_lora: Schema.Boolean, lora_rank: orNull(Schema.Int) }),
  ),
  asample: endpoint("later", Sample, SampleOutput, { type: "sample" }),
} as const
export type Protocol = typeof protocol
export type RequestOf<Name extends keyof Protocol> = Schema.Schema.Type<Protocol[Name]["request"]>
export type AnswerOf<Name extends keyof Protocol> = Schema.Schema.Type<Protocol[Name]["answer"]>

/** The generation of the protocol: the Python SDK's version with protobuf requests. */
export const sdkVersion = "0.25.0"
