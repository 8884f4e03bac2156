/**
 * Trains and samples over the Tinker protocol: SkyRL, embedded or on a cluster, and the hosted service. Every model has
 * a session of its own, kept alive by heartbeats while its scope is open: what a crash or a lost answer leaves behind
 * on the server goes away by itself.
 */
import type { HttpClient } from "@effect/platform"
import { Effect, ExecutionStrategy, Exit, Layer, Schedule, Schema, Scope } from "effect"
import type { Redacted } from "effect"
import { TrainerRejected } from "../../../src/domain/TrainerError.ts"
import { Trainer } from "../../../src/ports/Trainer.ts"
import type { ModelRequest, SampleRequest, SampleTarget } from "../../../src/ports/Trainer.ts"
import { decodeBytes, decodeJson, protocolError } from "./TinkerAnswer.ts"
import { decodeSample, loraBody, sampleBody } from "./TinkerCodec.ts"
import { promptLogprobsOf, skyrlJax } from "./TinkerDialect.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"
import { jsonCall, makeTinkerHttp } from "./TinkerHttp.ts"
import type { TinkerTiming } from "./TinkerHttp.ts"
import { openModel } from "./TrainingModel.ts"
import type { LiveModel } from "./TrainingModel.ts"

export interface TinkerTrainerOptions {
  /** Without `/api/v1`, such as `http://127.0.0.1:8000`. */
  readonly url: string
  /** Sent as `X-API-Key`. A local server takes requests without. */
  readonly apiKey?: Redacted.Redacted | undefined
  /** Default: `skyrlJax`. */
  readonly dialect?: TinkerDialect
  readonly timing?: Partial<TinkerTiming>
}

export const make = Effect.fn("TinkerTrainer.make")(function* (options: TinkerTrainerOptions) {
  const http = yield* makeTinkerHttp(options)
  const dialect = options.dialect ?? skyrlJax
  const live = new Map<string, LiveModel>()

  const openSession = Effect.gen(function* () {
    const call = jsonCall("create_session", { tags: ["understudy"], sdk_version, type: "create_session" })
    const { session_id } = yield* http.json(call, Session)
    // An outage shows in the requests themselves; here it only delays the next beat.
    yield* http
      .json(jsonCall("session_heartbeat", { session_id, type: "session_heartbeat" }), Schema.Unknown)
      .pipe(
        Effect.ignore,
        Effect.repeat(Schedule.spaced(http.timing.heartbeat)),
        Effect.delay(http.timing.heartbeat),
        Effect.forkScoped,
      )
    return session_id
  })

  const open = Effect.fnUntraced(function* (request: ModelRequest) {
    const { baseModel, from } = request
    const session_id = yield* openSession
    const body = { session_id, model_seq_id: 1, base_model: baseModel, lora_config: loraBody(request) }
    // A second one would take a second place on the server, so a lost answer is not asked for again.
    const call = jsonCall("create_model", { ...body, type: "create_model" }, { resend: false })
    const created = yield* Effect.flatMap(http.submit(call), (requestId) => http.result(call, requestId))
    const { model_id: id } = yield* decodeJson(http, { request: "create_model" }, Created)(created)
    const model = yield* openModel(http, dialect, { id, baseModel })
    yield* Effect.acquireRelease(
      Effect.sync(() => live.set(id, model)),
      () => Effect.sync(() => live.delete(id)),
    )
    if (from !== undefined) yield* model.load(from.path, from.optimizer)
    return model
  })

  /** What an attempt holds goes away with it: its heartbeat stops, and its model is unloaded. */
  const attempt = Effect.fnUntraced(function* (request: ModelRequest) {
    const scope = yield* Scope.fork(yield* Effect.scope, ExecutionStrategy.sequential)
    return yield* open(request).pipe(
      Scope.extend(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause))),
    )
  })

  const sampleOnce = Effect.fnUntraced(function* (
    target: SampleTarget,
    request: SampleRequest,
    promptLogprobs: boolean,
  ) {
    const modelId = "path" in target ? /^tinker:\/\/([^/]+)/.exec(target.path)?.[1] : undefined
    const place = { endpoint: http.endpoint, request: "asample", modelId }
    const model = modelId === undefined ? undefined : live.get(modelId)
    if ("path" in target && dialect.samplesLiveModel && model?.isCurrent(target.path) === false) {
      const detail = `${target.path} is not the newest save of this model's present weights; sampling it would change the model`
      return yield* new TrainerRejected({ ...place, status: 0, detail })
    }
    if (request.tokens.length === 0) {
      return yield* new TrainerRejected({ ...place, status: 0, detail: "the prompt has no tokens" })
    }
    const call = jsonCall("asample", sampleBody(target, request, promptLogprobs), { modelId })
    const answer = yield* Effect.flatMap(http.submit(call), (requestId) => http.result(call, requestId))
    const reply = yield* decodeBytes(http, place, decodeSample)(answer)
    const wanted = request.numSamples ?? 1
    if (reply.samples.length !== wanted || reply.samples.some((it) => it.logprobs.length !== it.tokens.length)) {
      const detail = `${reply.samples.length} samples instead of ${wanted}, or without a log-probability for each token`
      return yield* protocolError(http, place, detail)
    }
    return reply
  })

  return Trainer.of({
    endpoint: http.endpoint,
    lossScale: dialect.lossScale,
    kind: dialect.kind,
    samplersStay: !dialect.samplesLiveModel,
    capabilities: http
      .json({ method: "GET", path: "get_server_capabilities" }, ServerCapabilities)
      .pipe(Effect.map(({ supported_models }) => ({ models: supported_models.map(described) }))),
    // A lost answer leaves open whether the model was made, or its checkpoint loaded, and neither is done twice.
    createModel: (request) =>
      Effect.retry(attempt(request), { times: 2, while: (error) => error._tag === "TrainerUnavailable" }),
    sampler: (target) => ({
      sample: (request) => Effect.map(sampleOnce(target, request, false), ({ samples }) => samples),
      logprobs: (tokens) =>
        sampleOnce(target, { tokens, maxTokens: 1, temperature: 1, seed: 0, stop: [] }, true).pipe(
          Effect.flatMap(({ promptLogprobs }) => {
            const values = promptLogprobsOf(promptLogprobs, tokens.length)
            if (values !== undefined) return Effect.succeed(values)
            const detail = `${promptLogprobs.length} log-probabilities for ${tokens.length} tokens`
            return Effect.fail(protocolError(http, { request: "asample" }, detail))
          }),
        ),
    }),
  })
})

/** Connects at the first request, not before. */
export const layer = (options: TinkerTrainerOptions): Layer.Layer<Trainer, never, HttpClient.HttpClient> =>
  Layer.effect(Trainer, make(options))

/** The generation of the protocol that this client speaks: the Python SDK's version with protobuf requests. */
const sdk_version = "0.25.0"

const described = (model: (typeof ServerCapabilities.Type)["supported_models"][number]) => ({
  name: model.model_name,
  maxContextLength: model.max_context_length ?? undefined,
})

const Session = Schema.Struct({ session_id: Schema.String })
const Created = Schema.Struct({ model_id: Schema.String })
const ServerCapabilities = Schema.Struct({
  supported_models: Schema.Array(
    Schema.Struct({
      model_name: Schema.String,
      max_context_length: Schema.optional(Schema.NullOr(Schema.Int)),
    }),
  ),
})
