/**
 * Trains and samples over the Tinker protocol: SkyRL, embedded or on a cluster, and the hosted service. Every model has
 * a session of its own, kept alive by heartbeats while its scope is open: what a crash or a lost answer leaves behind
 * on the server goes away by itself.
 */
import type { HttpClient } from "@effect/platform"
import { Effect, ExecutionStrategy, Exit, Layer, Scope } from "effect"
import type { Redacted } from "effect"
import { TrainerMisunderstood, TrainerRejected } from "../../../src/domain/TrainerError.ts"
import { Trainer } from "../../../src/ports/Trainer.ts"
import type { ModelRequest, SampleRequest, SampleTarget, TrainerCapabilities } from "../../../src/ports/Trainer.ts"
import { callOf, carryOut, modelIn } from "./TinkerCalls.ts"
import { loraBody, sampleBody, samplesOf } from "./TinkerCodec.ts"
import { passLimits } from "./passParts.ts"
import type { PassLimits } from "./passParts.ts"
import { promptLogprobsOf, skyrl } from "./TinkerDialect.ts"
import type { TinkerDialect } from "./TinkerDialect.ts"
import { makeTinkerHttp } from "./TinkerHttp.ts"
import type { TinkerHttp, TinkerTiming } from "./TinkerHttp.ts"
import { discover, notOffered, supportedModels } from "./TinkerServer.ts"
import { openSession } from "./TinkerSession.ts"
import { openModel } from "./TrainingModel.ts"
import type { LiveModel } from "./TrainingModel.ts"

export interface TinkerTrainerOptions {
  /** Without `/api/v1`, such as `http://127.0.0.1:8000`. */
  readonly url: string
  /** Sent as `X-API-Key`. A local server takes requests without. */
  readonly apiKey?: Redacted.Redacted | undefined
  /** Default: `skyrl`. */
  readonly dialect?: TinkerDialect
  readonly timing?: Partial<TinkerTiming>
  /** Above which a pass is sent in several requests. Default: `passLimits`, those of the protocol's SDK. */
  readonly limits?: PassLimits
}

export const make = (options: TinkerTrainerOptions) =>
  Effect.map(makeTinkerHttp(options), (http) => trainerOn(http, options))

/** Connects at the first request, not before. */
export const layer = (options: TinkerTrainerOptions): Layer.Layer<Trainer, never, HttpClient.HttpClient> =>
  Layer.effect(Trainer, make(options))

export const trainerOn = (
  http: TinkerHttp,
  { dialect = skyrl, limits = passLimits }: Pick<TinkerTrainerOptions, "dialect" | "limits">,
): typeof Trainer.Service => {
  const live = new Map<string, LiveModel>()

  const asking = Effect.unsafeMakeSemaphore(1)
  let known: TrainerCapabilities["models"] | undefined
  /** Asked for once. */
  const offered = asking.withPermits(1)(
    Effect.suspend(() => (known === undefined ? supportedModels(http) : Effect.succeed(known))).pipe(
      Effect.tap((models) => Effect.sync(() => (known = models))),
    ),
  )
  /** Refused before anything is asked for that costs time or money. */
  const refuseUnknown = Effect.fnUntraced(function* (baseModel: string) {
    const detail = notOffered(baseModel, yield* offered)
    if (detail === undefined) return
    return yield* new TrainerRejected({ endpoint: http.endpoint, request: "create_model", status: 0, detail })
  })

  const open = Effect.fnUntraced(function* (request: ModelRequest) {
    const { baseModel, from } = request
    yield* refuseUnknown(baseModel)
    const session_id = yield* openSession(http)
    const body = { session_id, model_seq_id: 1, base_model: baseModel, lora_config: loraBody(request) }
    // A second one would take a second place on the server, so a lost answer is not asked for again.
    const { model_id: id } = yield* carryOut(http, "create_model", callOf("create_model", body))
    const model = yield* openModel(http, dialect, { id, baseModel, limits })
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
    const modelId = "path" in target ? modelIn(target.path) : undefined
    const place = { endpoint: http.endpoint, request: "asample", modelId }
    const model = modelId === undefined ? undefined : live.get(modelId)
    if ("path" in target && dialect.samplesLiveModel && model?.isCurrent(target.path) === false) {
      const detail = `${target.path} is not the newest save of this model's present weights; sampling it would change the model`
      return yield* new TrainerRejected({ ...place, status: 0, detail })
    }
    if (request.tokens.length === 0) {
      return yield* new TrainerRejected({ ...place, status: 0, detail: "the prompt has no tokens" })
    }
    const baseModel = "path" in target ? model?.baseModel : target.baseModel
    const most = (yield* offered).find(({ name }) => name === baseModel)?.maxContextLength ?? Infinity
    if (request.tokens.length + request.maxTokens > most) {
      const detail = `${request.tokens.length} tokens of prompt and ${request.maxTokens} to sample exceed the context length of ${most}`
      return yield* new TrainerRejected({ ...place, status: 0, detail })
    }
    const answer = yield* carryOut(http, "asample", callOf("asample", sampleBody(target, request, promptLogprobs)))
    const wanted = request.numSamples ?? 1
    const whole = answer.sequences.every(({ tokens, logprobs }) => logprobs.length === tokens.length)
    if (answer.sequences.length === wanted && whole) return answer
    const detail = `${answer.sequences.length} samples instead of ${wanted}, or without a log-probability for each token`
    return yield* new TrainerMisunderstood({ ...place, detail })
  })

  return Trainer.of({
    endpoint: http.endpoint,
    lossScale: dialect.lossScale,
    kind: dialect.kind,
    samplersStay: !dialect.samplesLiveModel,
    capabilities: discover(http),
    // A lost answer leaves open whether the model was made, or its checkpoint loaded, and neither is done twice. A server
    // that restarts meanwhile may have lost the session.
    createModel: (request) =>
      Effect.retry(attempt(request), {
        times: 2,
        while: ({ _tag }) => _tag === "TrainerUnavailable" || _tag === "ModelLost",
      }),
    sampler: (target) => ({
      sample: (request) => Effect.map(sampleOnce(target, request, false), samplesOf),
      logprobs: (tokens) =>
        sampleOnce(target, { tokens, maxTokens: 1, temperature: 1, seed: 0, stop: [] }, true).pipe(
          Effect.flatMap(({ prompt_logprobs: found }) => {
            const values = promptLogprobsOf(found, tokens.length)
            if (values !== undefined) return Effect.succeed(values)
            const detail = `${found.length} log-probabilities for ${tokens.length} tokens`
            const place = { endpoint: http.endpoint, request: "asample" }
            return Effect.fail(new TrainerMisunderstood({ ...place, detail }))
          }),
        ),
    }),
  })
}
