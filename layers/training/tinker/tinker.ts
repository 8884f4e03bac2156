/**
 * `understudy/tinker`: a typed client of the Tinker training protocol, usable without the engine. It talks to SkyRL, on
 * this machine or on a cluster, and to the hosted service: `connect` gives a client, whose models are trained, saved and
 * sampled, and whose `send` is any request of `protocol`. It needs an `HttpClient` of `@effect/platform`.
 */
export { connect } from "./TinkerClient.ts"
export type { TinkerClient, TinkerOptions } from "./TinkerClient.ts"
export type { Send } from "./TinkerCalls.ts"
export { defaultTiming } from "./TinkerHttp.ts"
export type { TinkerTiming } from "./TinkerHttp.ts"
export { hosted, skyrl, skyrlJax } from "./TinkerDialect.ts"
export type { TinkerDialect } from "./TinkerDialect.ts"
export { joinPasses, passLimits, passParts } from "./passParts.ts"
export type { PassLimits } from "./passParts.ts"
export { notOffered } from "./TinkerServer.ts"

export { protocol, sdkVersion } from "./TinkerProtocol.ts"
export type { AnswerOf, Protocol, RequestOf } from "./TinkerProtocol.ts"
export * as Messages from "./TinkerMessages.ts"

export type { Datum } from "../../../src/domain/Datum.ts"
export type {
  AdamParams,
  Loss,
  LossOutput,
  LossScale,
  ModelRequest,
  PassResult,
  Sampled,
  SampleRequest,
  Sampler,
  SampleTarget,
  TrainerCapabilities,
  TrainerKind,
  TrainingModel,
} from "../../../src/ports/Trainer.ts"
export {
  ModelLost,
  TrainerConflict,
  TrainerError,
  TrainerMisunderstood,
  TrainerRejected,
  TrainerUnavailable,
  TrainingFailed,
} from "../../../src/domain/TrainerError.ts"
