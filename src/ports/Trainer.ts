/** Training and sampling of open models on one training server. Implementations retry by themselves; callers do not. */
import { Context } from "effect"
import type { Effect, Scope } from "effect"
import type { Datum } from "../domain/Datum.ts"
import type { TrainerError } from "../domain/TrainerError.ts"

/**
 * What a pass minimises, over targets with a mask. `low` and `high` bound the probability ratio (0.8 and 1.2 for the
 * usual clip of 0.2); a server may not know every loss and then answers with `TrainerRejected` or `TrainingFailed`.
 */
export type Loss =
  | { readonly kind: "cross_entropy" }
  | { readonly kind: "importance_sampling" }
  | { readonly kind: "ppo" | "cispo"; readonly low: number; readonly high: number }

/**
 * How a server turns token losses into a gradient. `token-sum`: the sum over all targets of all datums since the last
 * step. `sequence-mean`: each datum's loss is divided by the sum of its mask, then datums are averaged. See `LossScale`.
 */
export type LossScale = "token-sum" | "sequence-mean"

/**
 * Servers that differ in which settings of a recipe they honour: the one on this machine; SkyRL elsewhere, by its
 * training backends (FSDP, Megatron) or by JAX; the hosted service.
 */
export type TrainerKind = "embedded" | "skyrl" | "skyrl-jax" | "hosted"

export interface LossOutput {
  /** Of the targets under the current weights, in nats. */
  readonly logprobs: ReadonlyArray<number>
  /** Where the server gives it. */
  readonly elementwiseLoss?: ReadonlyArray<number>
}

export interface PassResult {
  /** In the order of the datums. */
  readonly outputs: ReadonlyArray<LossOutput>
  /** Such as `loss:sum`, under the server's own names. May hold NaN. */
  readonly metrics: Readonly<Record<string, number>>
}

/** Adam. Every setting is sent, so that no server's own default decides; the defaults are the Tinker protocol's. */
export interface AdamParams {
  readonly learningRate: number
  /** Default 0.9. */
  readonly beta1?: number
  /** Default 0.95. */
  readonly beta2?: number
  /** Default 1e-12. */
  readonly eps?: number
  /** Decoupled. Default 0. */
  readonly weightDecay?: number
  /** Largest norm of the gradient; 0, the default, does not clip. Not every server heeds it. */
  readonly gradClipNorm?: number
}

export interface ModelRequest {
  /** A name that `capabilities` lists. */
  readonly baseModel: string
  /** Of the LoRA adapter. Some servers take 0 as full fine-tuning. */
  readonly rank: number
  /** Of the adapter's initial weights. */
  readonly seed: number
  /** Which parts the adapter covers. Default: what the server chooses. */
  readonly train?: { readonly attention?: boolean; readonly mlp?: boolean; readonly unembedding?: boolean }
  /** A path from `saveState`, of a model of the same base and rank. Without `optimizer` Adam starts anew. */
  readonly from?: { readonly path: string; readonly optimizer: boolean }
}

/**
 * A live model. Requests started in an order are carried out in that order, so a pass and its step may be in flight
 * together. Where a request fails with `TrainerUnavailable` or is interrupted its outcome is unknown: made again it is
 * carried out once, while any other request fails with `ModelLost`.
 */
export interface TrainingModel {
  /** The server's name for it. It does not survive the server's process and means nothing to other servers. */
  readonly id: string
  readonly baseModel: string
  /** Log-probabilities and loss without gradients. */
  readonly forward: (datums: ReadonlyArray<Datum>, loss: Loss) => Effect.Effect<PassResult, TrainerError>
  /** Adds to the gradients that the next `optimStep` uses. */
  readonly forwardBackward: (datums: ReadonlyArray<Datum>, loss: Loss) => Effect.Effect<PassResult, TrainerError>
  /** One step with the gradients since the last. Succeeds with the server's metrics. */
  readonly optimStep: (adam: AdamParams) => Effect.Effect<Readonly<Record<string, number>>, TrainerError>
  /**
   * Saves weights and optimizer under a name (`[A-Za-z0-9_-]+`), and gives the path for `from`. Saving twice under one
   * name with no step between is one save; with a step it fails with `TrainerConflict`.
   */
  readonly saveState: (name: string) => Effect.Effect<string, TrainerError>
  /** Saves weights for sampling under a name, and gives the path for `sampler`. Names as in `saveState`. */
  readonly saveForSampler: (name: string) => Effect.Effect<string, TrainerError>
}

/** What to sample from: an untrained base model, or a path from `saveForSampler`. */
export type SampleTarget = { readonly baseModel: string } | { readonly path: string }

export interface SampleRequest {
  /** At least one token id. */
  readonly tokens: ReadonlyArray<number>
  readonly maxTokens: number
  /** Returned log-probabilities are of the untempered distribution whatever it is. 0 is greedy. */
  readonly temperature: number
  /** Default 1: no cut. */
  readonly topP?: number
  /** Sample i of a request uses `seed + i`, which stays below 2^31. */
  readonly seed: number
  /** Token ids that end a sample; the one that did is its last token. */
  readonly stop: ReadonlyArray<number>
  /** Default 1. */
  readonly numSamples?: number
}

export interface Sampled {
  readonly tokens: ReadonlyArray<number>
  /** Of `tokens`, in nats. */
  readonly logprobs: ReadonlyArray<number>
  readonly stopReason: "stop" | "length"
}

export interface Sampler {
  /** `numSamples` continuations of a prompt. Equal requests give equal samples where the server is deterministic. */
  readonly sample: (request: SampleRequest) => Effect.Effect<ReadonlyArray<Sampled>, TrainerError>
  /** Of each token after the first, given those before it, in nats: one less than `tokens`. */
  readonly logprobs: (tokens: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<number>, TrainerError>
}

export interface TrainerCapabilities {
  /** `maxContextLength` in tokens, where the server tells. */
  readonly models: ReadonlyArray<{ readonly name: string; readonly maxContextLength: number | undefined }>
  /** Which server answers, where it can be told. SkyRL doesn't tell its backend. */
  readonly kind: "skyrl" | "hosted" | undefined
}

export class Trainer extends Context.Tag("understudy/ports/Trainer")<
  Trainer,
  {
    readonly endpoint: string
    readonly lossScale: LossScale
    /** Where that is known. */
    readonly kind?: TrainerKind
    /** Whether weights that were saved for sampling can still be sampled after later steps. Default: they can't. */
    readonly samplersStay?: boolean
    readonly capabilities: Effect.Effect<TrainerCapabilities, TrainerError>
    /** A new model, or one restored from a checkpoint. The end of the scope frees its place on the server. */
    readonly createModel: (request: ModelRequest) => Effect.Effect<TrainingModel, TrainerError, Scope.Scope>
    /**
     * A path of a live model is refused with `TrainerRejected` unless it is that model's newest save and no step came
     * after it, where sampling an older one would change the model in training.
     */
    readonly sampler: (target: SampleTarget) => Sampler
  }
>() {}
