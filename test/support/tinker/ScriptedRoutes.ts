/** The routes of the scripted server, after SkyRL 0.4.0's. */
import { forwardBackwardRequest } from "../../../layers/training/tinker/Proto.ts"
import type { WireDatum } from "../../../layers/training/tinker/Proto.ts"
import { DType } from "../../../layers/training/tinker/Proto.ts"
import { tokensOf, unpack } from "../../../layers/training/tinker/Tensors.ts"
import type { Fault } from "../ScriptedTinker.ts"
import { passResult, sampleResult } from "./ScriptedResults.ts"
import { hash, makeState } from "./ScriptedState.ts"
import type { ScriptedModel, TinkerState, Weights } from "./ScriptedState.ts"

export interface ScriptedOptions {
  readonly baseModel?: string
  /** Names itself as SkyRL does, or nothing, as the hosted service. Default `skyrl`. */
  readonly kind?: "skyrl" | "hosted"
  /** Of every pass. Default: the loss. */
  readonly metrics?: Readonly<Record<string, number>>
  /** What it lists as supported. Default: the base model. */
  readonly models?: ReadonlyArray<{ readonly model_name: string; readonly max_context_length?: number }>
  /** Live models at once. Default 16. */
  readonly slots?: number
  /** Token ids that samples are made of. Default: 3 to 258. */
  readonly alphabet?: ReadonlyArray<number>
  /** Each step lowers the loss; from this one on it rises again. Default: never. */
  readonly bestAfter?: number
  /** As the hosted service does, samples a checkpoint without touching the live model. Default: by way of it. */
  readonly samplersStay?: boolean
  /** Keeps checkpoints over a restart of the process. */
  readonly stateFile?: string
  /** A fault for a request that none was queued for. */
  readonly everyFault?: (route: string, count: number) => Fault | undefined
}

export interface Reply {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Ask {
  readonly route: string
  readonly path: string
  readonly body: RequestBody
  readonly bytes: Uint8Array
  readonly contentType: string | undefined
}

/** The fields of all JSON requests together: each route reads its own, unchecked. */
export interface RequestBody {
  readonly session_id: string
  readonly model_id: string
  readonly seq_id: number
  readonly base_model?: string
  readonly lora_config: { readonly rank: number; readonly seed: number }
  readonly adam_params: unknown
  readonly path: string
  readonly optimizer: boolean
  readonly model_path?: string
  readonly sampling_session_id?: string
  readonly tinker_path: string
  readonly request_id: string
  readonly prompt: { readonly chunks: ReadonlyArray<{ readonly tokens: ReadonlyArray<number> }> }
  readonly num_samples: number
  readonly prompt_logprobs: boolean
  readonly sampling_params: {
    readonly max_tokens: number
    readonly seed: number
    readonly temperature: number
    readonly stop: ReadonlyArray<number>
  }
}

export const makeRoutes = (options: ScriptedOptions) => {
  const state = makeState(options.stateFile)
  const baseModel = options.baseModel ?? "scripted-base"
  const alphabet = options.alphabet ?? Array.from({ length: 256 }, (_, index) => index + 3)

  const passes: Array<ScriptedPass> = []
  const works: Array<ScriptedWork> = []
  const { bestAfter = Number.POSITIVE_INFINITY } = options
  const felt = (weights: Weights): Weights =>
    weights.steps <= bestAfter ? weights : { ...weights, steps: 2 * bestAfter - weights.steps }
  const note = (kind: ScriptedWork["kind"], asked: object, result?: Uint8Array) => works.push({ kind, asked, result })

  const future = (type: string, key: string, result: () => unknown, more: object = {}): Reply => {
    const id = String(state.nextId())
    let done: unknown
    state.futures.set(id, { type, key, result: () => (done ??= result()) })
    // Requests are carried out in the order in which they came, asked for or not.
    state.futures.get(id)?.result()
    return { status: 200, body: { future_id: id, status: "pending", request_id: id, ...more } }
  }

  /** The same numbered request again gives the same future; another under its number is a conflict. */
  const numbered = (model: ScriptedModel, seqId: number, key: string, make: () => Reply): Reply => {
    const slot = `${model.id}/${seqId}`
    const known = state.numbered.get(slot)
    if (known !== undefined) {
      if (state.futures.get(known)?.key !== key)
        return { status: 409, body: { detail: "Training request sequence number was reused" } }
      return { status: 200, body: { future_id: known, status: "pending", request_id: known } }
    }
    model.requests += 1
    const reply = make()
    state.numbered.set(slot, (reply.body as { request_id: string }).request_id)
    return reply
  }

  const onModel = (id: string, use: (model: ScriptedModel) => Reply): Reply => {
    const model = state.models.get(id)
    return model === undefined ? { status: 404, body: { detail: "Model not found" } } : use(model)
  }

  const save = (kind: string) => (ask: Ask) =>
    onModel(ask.body.model_id, (model) => {
      const path = `tinker://${model.id}/${kind}/${ask.body.path}`
      if (state.checkpoints.has(path)) {
        const detail = `Checkpoint '${ask.body.path}' already exists for model '${model.id}'`
        return { status: 409, body: { detail } }
      }
      model.requests += 1
      if (kind === "weights") note("save", { path: ask.body.path })
      return future(ask.route, "", () => {
        state.checkpoints.set(path, { ...model.weights, rank: model.rank })
        state.persist()
        return { path, type: ask.route }
      })
    })

  const routes: Record<string, (ask: Ask) => Reply> = {
    healthz: () => ({ status: 200, body: { status: "ok" } }),
    "/": () =>
      options.kind === "hosted"
        ? { status: 404, body: { detail: "Not Found" } }
        : { status: 200, body: { name: "Tinker API Mock", version: "0.0.1" } },
    get_server_capabilities: () => ({
      status: 200,
      body: { supported_models: options.models ?? [{ model_name: baseModel }] },
    }),
    "client/config": () => ({ status: 200, body: { pjwt_auth_enabled: false } }),
    get_info: ({ body }) =>
      onModel(body.model_id, ({ id, rank }) => ({
        status: 200,
        body: {
          model_id: id,
          status: "created",
          model_data: { base_model: baseModel, lora_config: { rank }, model_name: baseModel },
        },
      })),
    weights_info: ({ body }) => {
      const saved = state.checkpoints.get(body.tinker_path)
      return saved === undefined
        ? { status: 404, body: { detail: "Checkpoint not found" } }
        : { status: 200, body: { base_model: baseModel, is_lora: saved.rank > 0, lora_rank: saved.rank } }
    },
    create_sampling_session: ({ body }) => {
      if (!state.sessions.has(body.session_id)) return { status: 404, body: { detail: "Session not found" } }
      const sampling_session_id = `sampling_${state.nextId()}`
      state.samplers.set(sampling_session_id, body.model_path)
      return { status: 200, body: { sampling_session_id, type: "create_sampling_session" } }
    },
    create_session: () => {
      const session_id = `session_${state.nextId()}`
      state.sessions.set(session_id, { beats: 0 })
      return { status: 200, body: { session_id, type: "create_session" } }
    },
    session_heartbeat: ({ body }) => {
      const session = state.sessions.get(body.session_id)
      if (session === undefined) return { status: 404, body: { detail: "Session not found" } }
      session.beats += 1
      return { status: 200, body: { type: "session_heartbeat" } }
    },
    create_model: ({ body }) => {
      if (!state.sessions.has(body.session_id)) return { status: 404, body: { detail: "Session not found" } }
      const id = `model_${state.nextId()}`
      const { rank, seed } = body.lora_config
      if (state.models.size >= (options.slots ?? 16))
        return future("create_model", "", () => failed("Maximum number of LoRA adapters reached"))
      const weights = { hash: hash(baseModel, rank, seed), steps: 0, applied: [] }
      state.models.set(id, {
        id,
        session: body.session_id,
        rank,
        weights,
        gradients: [],
        result: undefined,
        requests: 0,
      })
      return future("create_model", "", () => ({ model_id: id }), { model_id: id })
    },
    unload_model: ({ body }) =>
      onModel(body.model_id, (model) => future("unload_model", "", () => state.models.delete(model.id) && {})),
    load_weights: ({ body }) =>
      onModel(body.model_id, (model) => {
        if (model.requests > 0)
          return { status: 400, body: { detail: `LoadWeights is not permitted with seq_id ${body.seq_id}` } }
        const saved = state.checkpoints.get(body.path)
        if (saved === undefined) return { status: 404, body: { detail: `Checkpoint not found: ${body.path}` } }
        model.requests += 1
        return future("load_weights", "", () => {
          if (saved.rank !== model.rank) return failed("the checkpoint has another rank")
          model.weights = weightsOf(saved)
          return { path: body.path }
        })
      }),
    forward_backward: ({ bytes, contentType }) => {
      if (contentType !== "application/x-protobuf") return { status: 415, body: { detail: "protobuf is required" } }
      const request = forwardBackwardRequest.decode(bytes)
      return onModel(request.modelId, (model) =>
        numbered(model, request.seqId, hash("pass", Buffer.from(bytes).toString("hex")), () =>
          future("forward_backward", hash("pass", Buffer.from(bytes).toString("hex")), () => {
            const before = model.weights
            const datums = request.data.map(plain)
            passes.push({ ...request, datums })
            const result = passResult(felt(before), datums, options.metrics)
            note(request.forwardOnly ? "forward" : "pass", {}, result)
            if (request.forwardOnly) return result
            model.gradients.push(...datums.map((datum) => hash(request.lossFn, request.lossFnConfig, datum)))
            model.result = result
            return result
          }),
        ),
      )
    },
    optim_step: ({ body }) =>
      onModel(body.model_id, (model) =>
        numbered(model, body.seq_id, hash("step", body), () =>
          future("optim_step", hash("step", body), () => {
            const { hash: old, steps, applied } = model.weights
            model.weights = {
              hash: hash(old, model.gradients, body.adam_params),
              steps: steps + 1,
              applied: [...applied, model.gradients],
            }
            note("step", {}, model.result)
            model.gradients = []
            return { metrics: { step: steps + 1 } }
          }),
        ),
      ),
    save_weights: save("weights"),
    save_weights_for_sampler: save("sampler_weights"),
    asample: ({ body }) => {
      const { sampling_session_id: sampler } = body
      if (sampler !== undefined && !state.samplers.has(sampler))
        return { status: 404, body: { detail: "Sampling session not found" } }
      const path = sampler === undefined ? body.model_path : state.samplers.get(sampler)
      const id = path === undefined ? undefined : /^tinker:\/\/([^/]+)/.exec(path)?.[1]
      const saved = path === undefined ? { hash: hash(baseModel), steps: 0, applied: [] } : state.checkpoints.get(path)
      if (saved === undefined) return { status: 404, body: { detail: `Checkpoint not found: ${path}` } }
      return future("asample", "", () => {
        if (path === undefined && body.base_model !== undefined && body.base_model !== baseModel)
          return failed(`Engine is configured for '${baseModel}' but request specified '${body.base_model}'`)
        const model = id === undefined ? undefined : state.models.get(id)
        if (id !== undefined && model === undefined) return failed(`Model ${id} not loaded`)
        // As on the JAX backend: a checkpoint is sampled by way of the live model.
        if (model !== undefined && options.samplersStay !== true) model.weights = weightsOf(saved)
        const result = sampleResult(felt(saved), body, alphabet)
        const { prompt, sampling_params } = body
        note(body.prompt_logprobs ? "score" : "sample", { prompt, sampling_params }, result)
        return result
      })
    },
    training_runs: ({ path }) => {
      const id = path.split("/").at(-2)
      const own = [...state.checkpoints.keys()].filter((key) => key.startsWith(`tinker://${id}/`))
      return { status: 200, body: { checkpoints: own.map((tinker_path) => ({ tinker_path })) } }
    },
    retrieve_future: ({ body }) => {
      const found = state.futures.get(body.request_id)
      if (found === undefined) return { status: 404, body: { detail: "Future not found" } }
      const result = found.result()
      return result instanceof Failed ? { status: 400, body: { detail: result.detail } } : { status: 200, body: result }
    },
  }

  return {
    state: state as TinkerState,
    passes: passes as ReadonlyArray<ScriptedPass>,
    works: works as ReadonlyArray<ScriptedWork>,
    routes: async (ask: Ask): Promise<Reply> =>
      routes[ask.route]?.(ask) ?? { status: 404, body: { detail: `No route ${ask.route}` } },
  }
}

const weightsOf = ({ hash, steps, applied }: Weights): Weights => ({ hash, steps, applied })

class Failed {
  readonly detail: string
  constructor(detail: string) {
    this.detail = detail
  }
}
const failed = (detail: string) => new Failed(detail)

/** A datum of the wire in plain numbers. */
export interface PlainDatum {
  readonly tokens: ReadonlyArray<number>
  readonly inputs: Readonly<Record<string, ReadonlyArray<number>>>
}

/** A pass that was carried out. */
export interface ScriptedPass {
  readonly modelId: string
  readonly seqId: number
  readonly lossFn: string
  readonly lossFnConfig: Readonly<Record<string, number>>
  readonly forwardOnly: boolean
  readonly datums: ReadonlyArray<PlainDatum>
}

/** A model call that was carried out. */
export interface ScriptedWork {
  readonly kind: "sample" | "score" | "forward" | "pass" | "step" | "save"
  /** What samples and saves were asked by, as sent. */
  readonly asked: object
  /** As sent, of samples and passes; a step has that of its last pass. */
  readonly result: Uint8Array | undefined
}

const plain = ({ modelInput, lossFnInputs }: WireDatum): PlainDatum => ({
  tokens: modelInput.flatMap(({ chunk }) => (chunk.case === "encodedText" ? tokensOf(chunk.value.tokens) : [])),
  inputs: Object.fromEntries(
    Object.entries(lossFnInputs).map(([name, { encoding, dtype }]) => [
      name,
      encoding.case === "dense" ? unpack(encoding.value, dtype === DType.int64 ? DType.int64 : DType.float32) : [],
    ]),
  ),
})
