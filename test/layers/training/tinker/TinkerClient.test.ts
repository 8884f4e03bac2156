import { FetchHttpClient } from "@effect/platform"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as Tinker from "understudy/tinker"
import { scriptedTinker } from "../../../support/ScriptedTinker.ts"
import { adam, datum, model, question, quick, supervised } from "./tinkerFixtures.ts"

const connected = (url: string, options: Partial<Tinker.TinkerOptions> = {}) =>
  Effect.provide(Tinker.connect({ url, timing: quick, ...options }), FetchHttpClient.layer)
const adam_params = { learning_rate: 1e-3, beta1: 0.9, beta2: 0.95, eps: 1e-12, weight_decay: 0, grad_clip_norm: 0 }
const sampling_params = { max_tokens: 6, seed: 3, stop: [2], temperature: 1, top_k: -1, top_p: 1 }
const prompt = { chunks: [{ type: "encoded_text" as const, tokens: [5, 6, 7] }] }

describe("understudy/tinker", () => {
  it.scopedLive("discovers what a server is and has, and how it scales losses", () =>
    Effect.gen(function* () {
      const models = [{ model_name: "Qwen/Qwen3-8B", max_context_length: 32768 }, { model_name: "scripted-base" }]
      const skyrl = yield* connected((yield* scriptedTinker({ models })).url)
      assert.deepEqual(skyrl.capabilities, {
        kind: "skyrl",
        models: [
          { name: "Qwen/Qwen3-8B", maxContextLength: 32768 },
          { name: "scripted-base", maxContextLength: undefined },
        ],
      })
      assert.strictEqual(skyrl.lossScale, "token-sum")
      const jax = yield* connected((yield* scriptedTinker({ models })).url, { dialect: Tinker.skyrlJax })
      assert.strictEqual(jax.lossScale, "sequence-mean")
      const other = yield* connected((yield* scriptedTinker({ kind: "hosted" })).url, { dialect: Tinker.hosted })
      assert.isUndefined(other.capabilities.kind)
      assert.strictEqual(other.lossScale, "token-sum")
    }),
  )

  it.scopedLive("trains, samples and saves, and unloads at the end of the scope", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const client = yield* connected(server.url, { apiKey: Redacted.make("tml-secret") })
      yield* Effect.gen(function* () {
        const live = yield* client.createModel(model)
        yield* Effect.all([live.forwardBackward([datum], supervised), live.optimStep(adam)], { concurrency: 2 })
        const path = yield* live.saveForSampler("s1")
        assert.lengthOf(yield* client.sampler({ path }).sample(question), 1)
        const state = yield* live.saveState("one")
        assert.deepEqual(yield* client.send("weights_info", { tinker_path: state }), {
          base_model: "scripted-base",
          is_lora: true,
          lora_rank: 8,
        })
      }).pipe(Effect.scoped)
      assert.strictEqual(server.state.models.size, 0)
      assert.isTrue(server.arrivals.every(({ apiKey }) => apiKey === "tml-secret"))
    }),
  )

  it.scopedLive("refuses a model that the server does not have, with the nearest names, before it asks for one", () =>
    Effect.gen(function* () {
      const models = ["Qwen/Qwen3-8B", "Qwen/Qwen3-8B-Base", "meta-llama/Llama-3.2-3B"]
      const server = yield* scriptedTinker({ models: models.map((model_name) => ({ model_name })) })
      const client = yield* connected(server.url)
      const error = yield* Effect.flip(client.createModel({ ...model, baseModel: "qwen3-8b" }))
      assert.strictEqual(error._tag, "TrainerRejected")
      assert.include(
        error.message,
        "it does not offer qwen3-8b. The nearest that it has: Qwen/Qwen3-8B, Qwen/Qwen3-8B-Base, meta-llama/Llama-3.2-3B",
      )
      assert.strictEqual(server.count("create_session"), 0)
    }),
  )

  it.scopedLive("sends any request of the protocol, as it is", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const { send, session } = yield* connected(server.url)
      assert.deepEqual(yield* send("healthz", {}), { status: "ok" })
      assert.deepEqual(yield* send("client/config", { sdk_version: Tinker.sdkVersion }), {})
      const session_id = yield* session
      const lora_config = { rank: 8, seed: 1 }
      const created = { session_id, model_seq_id: 1, base_model: "scripted-base", lora_config }
      const { model_id } = yield* send("create_model", created)
      assert.deepEqual((yield* send("get_info", { model_id })).model_data.lora_config, { rank: 8 })
      const pass = {
        model_id,
        seq_id: 1,
        data: [
          {
            model_input: prompt,
            loss_fn_inputs: {
              target_tokens: { data: [6, 7, 8], dtype: "int64" as const },
              weights: { data: [0, 1, 1], dtype: "float32" as const },
            },
          },
        ],
        loss_fn: "cross_entropy",
        loss_fn_config: {},
        forward_only: false,
      }
      const [row] = (yield* send("forward_backward", pass)).loss_fn_outputs
      assert.sameMembers(Object.keys(row ?? {}), ["logprobs", "elementwise_loss"])
      assert.lengthOf(row?.["logprobs"] ?? [], 3)
      assert.strictEqual((yield* send("optim_step", { model_id, seq_id: 2, adam_params })).metrics?.["step"], 1)
      const saved = yield* send("save_weights", { model_id, seq_id: 3, path: "a" })
      const { path: model_path } = yield* send("save_weights_for_sampler", { model_id, seq_id: 4, path: "b" })
      const sampling = { session_id, sampling_session_seq_id: 1, model_path }
      const { sampling_session_id } = yield* send("create_sampling_session", sampling)
      const asked = { num_samples: 2, prompt, sampling_params }
      const one = yield* send("asample", { ...asked, model_path })
      assert.deepEqual(yield* send("asample", { ...asked, sampling_session_id, seq_id: 1 }), one)
      assert.lengthOf(one.sequences, 2)
      const { model_id: other } = yield* send("create_model", { ...created, model_seq_id: 2 })
      yield* send("load_weights", { model_id: other, seq_id: 1, path: saved.path, optimizer: true })
      assert.deepEqual(server.state.models.get(other)?.weights, server.state.models.get(model_id)?.weights)
      assert.isTrue((yield* send("weights_info", { tinker_path: saved.path })).is_lora)
      yield* send("unload_model", { model_id })
      yield* send("session_heartbeat", { session_id })
      assert.strictEqual((yield* Effect.flip(send("get_info", { model_id })))._tag, "ModelLost")
      const routes = new Set(server.arrivals.map(({ route }) => route))
      assert.deepEqual(
        Object.keys(Tinker.protocol).filter((route) => !routes.has(route)),
        [],
      )
    }),
  )

  it.scopedLive("refuses a body of another form before it is sent", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const { send } = yield* connected(server.url)
      const before = server.arrivals.length
      const asked = { num_samples: 1, base_model: "scripted-base", prompt, sampling_params }
      const error = yield* Effect.flip(send("asample", { ...asked, num_samples: 0.5 }))
      assert.include(error, { _tag: "TrainerRejected", status: 0 })
      assert.include(error.message, "num_samples")
      assert.strictEqual(server.arrivals.length, before)
    }),
  )
})
