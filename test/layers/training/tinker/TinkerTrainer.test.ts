import { assert, describe, it } from "@effect/vitest"
import { Effect, Either, Exit, Redacted, Scope } from "effect"
import { hosted, skyrl, skyrlJax } from "../../../../layers/training/tinker/TinkerDialect.ts"
import type { TinkerDialect } from "../../../../layers/training/tinker/TinkerDialect.ts"
import { scriptedTinker } from "../../../support/ScriptedTinker.ts"
import { adam, datum, model, policyDatum, question, quick, supervised, trainerOf } from "./tinkerFixtures.ts"

describe("TinkerTrainer", () => {
  it.scopedLive("creates, trains, saves and samples; equal histories give equal numbers", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url, { apiKey: Redacted.make("tml-secret") })
      assert.deepEqual((yield* trainer.capabilities).models, [{ name: "scripted-base", maxContextLength: undefined }])
      const run = Effect.gen(function* () {
        const live = yield* trainer.createModel(model)
        const losses: Array<number> = []
        for (let step = 0; step < 3; step++) {
          const pass = live.forwardBackward([datum, datum], supervised)
          const [{ metrics, outputs }] = yield* Effect.all([pass, live.optimStep(adam)], { concurrency: 2 })
          assert.lengthOf(outputs, 2)
          assert.lengthOf(outputs[0]?.logprobs ?? [], 3)
          losses.push(metrics["loss:sum"] ?? Number.NaN)
        }
        const path = yield* live.saveForSampler("s3")
        const samples = yield* trainer.sampler({ path }).sample({ ...question, numSamples: 2 })
        return { losses, samples }
      })
      const first = yield* Effect.scoped(run)
      const second = yield* Effect.scoped(run)
      assert.deepEqual(first, second)
      assert.isBelow(first.losses[2] ?? 0, first.losses[0] ?? 0)
      assert.lengthOf(first.samples, 2)
      assert.notDeepEqual(first.samples[0], first.samples[1])
      assert.isTrue(server.arrivals.every(({ apiKey }) => apiKey === "tml-secret"))
    }),
  )

  it.scopedLive("restores weights and optimizer from a saved state", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      const saved = yield* Effect.scoped(
        Effect.gen(function* () {
          const live = yield* trainer.createModel(model)
          yield* live.forwardBackward([datum], supervised)
          yield* live.optimStep(adam)
          return { path: yield* live.saveState("one"), pass: yield* live.forward([datum], supervised) }
        }),
      )
      server.restart()
      const restored = yield* trainer.createModel({ ...model, from: { path: saved.path, optimizer: true } })
      assert.deepEqual(yield* restored.forward([datum], supervised), saved.pass)
      const load = server.arrivals.find(({ route }) => route === "load_weights")?.body
      assert.deepInclude(load as object, { path: saved.path, optimizer: true, seq_id: 1 })
    }),
  )

  it.scopedLive("scores prompts: one log-probability for each token after the first", () =>
    Effect.gen(function* () {
      const { url } = yield* scriptedTinker()
      const trainer = yield* trainerOf(url)
      const scores = yield* trainer.sampler({ baseModel: "scripted-base" }).logprobs([5, 6, 7, 8])
      assert.lengthOf(scores, 3)
      const live = yield* trainer.createModel(model)
      const { outputs } = yield* live.forward([datum], supervised)
      assert.lengthOf(outputs[0]?.logprobs ?? [], 3)
    }),
  )

  it.scopedLive("asks for no sample beyond the context that the server states", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker({ models: [{ model_name: "scripted-base", max_context_length: 9 }] })
      const trainer = yield* trainerOf(server.url)
      const live = yield* trainer.createModel(model)
      const targets = [{ baseModel: "scripted-base" }, { path: yield* live.saveForSampler("s") }]
      for (const target of targets) {
        const sampler = trainer.sampler(target)
        yield* sampler.sample(question)
        yield* sampler.logprobs([1, 2, 3, 4, 5, 6, 7, 8])
        const sent = server.count("asample")
        const { message } = yield* Effect.flip(sampler.sample({ ...question, maxTokens: 7 }))
        assert.include(message, "3 tokens of prompt and 7 to sample exceed the context length of 9")
        assert.strictEqual((yield* Effect.flip(sampler.logprobs([1, 2, 3, 4, 5, 6, 7, 8, 9])))._tag, "TrainerRejected")
        assert.strictEqual(server.count("asample"), sent)
      }
      assert.strictEqual(server.count("get_server_capabilities"), 1)
    }),
  )

  it.scopedLive("numbers requests from 1 without gaps and hands them in in order, whatever is slow", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("forward_backward", { kind: "delay", millis: 40 }, { kind: "drop-before" })
      server.fault("optim_step", { kind: "reply", status: 503, body: { detail: "busy" } })
      const step = [live.forwardBackward([datum], supervised), live.optimStep(adam)] as const
      yield* Effect.all([...step, ...step, live.saveState("end")], { concurrency: "unbounded" })
      const training = server.arrivals.filter(({ route }) => /forward_backward|optim_step|save_weights/.test(route))
      const order = training.map(({ route }) => route)
      assert.deepEqual(order, [
        "forward_backward",
        "optim_step",
        "optim_step",
        "forward_backward",
        "forward_backward",
        "optim_step",
        "save_weights",
      ])
      assert.deepEqual(
        [...server.state.numbered.keys()],
        [1, 2, 3, 4].map((seq) => `${live.id}/${seq}`),
      )
      assert.deepInclude(training.at(-1)?.body as object, { seq_id: 5 })
    }),
  )

  it.scopedLive("carries a request out once when its reply is lost", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("forward_backward", { kind: "drop-after" })
      server.fault("optim_step", { kind: "drop-after" }, { kind: "drop-after" })
      yield* live.forwardBackward([datum], supervised)
      yield* live.optimStep(adam)
      assert.strictEqual(server.count("forward_backward"), 2)
      assert.strictEqual(server.count("optim_step"), 3)
      assert.strictEqual(server.state.models.get(live.id)?.weights.steps, 1)
      assert.strictEqual(server.state.models.get(live.id)?.requests, 2)
      const [one, two] = server.arrivals.filter(({ route }) => route === "forward_backward")
      assert.deepEqual(one?.bytes, two?.bytes)
    }),
  )

  it.scopedLive("repeats a request of unknown outcome under its number, and takes no other in its place", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      let broken = true
      server.down((route) => broken && route === "retrieve_future")
      const failed = yield* Effect.flip(live.optimStep(adam))
      assert.strictEqual(failed._tag, "TrainerUnavailable")
      broken = false
      const other = yield* Effect.flip(live.optimStep({ learningRate: 1 }))
      assert.strictEqual(other._tag, "ModelLost")
      yield* live.optimStep(adam)
      assert.strictEqual(server.state.models.get(live.id)?.weights.steps, 1)
    }),
  )

  it.scopedLive("saves once when the reply of a save is lost, and refuses other weights under a used name", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("save_weights", { kind: "drop-after" })
      const path = yield* live.saveState("a")
      assert.strictEqual(yield* live.saveState("a"), path)
      yield* live.optimStep(adam)
      const error = yield* Effect.flip(live.saveState("a"))
      assert.strictEqual(error._tag, "TrainerConflict")
      assert.include(error.message, "save under a new name")
    }),
  )

  it.scopedLive("leaves the number of a refused request to the next one", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("optim_step", { kind: "reply", status: 422, body: { detail: "learning_rate: too large" } })
      const error = yield* Effect.flip(live.optimStep(adam))
      assert.strictEqual(error._tag, "TrainerRejected")
      assert.strictEqual(
        error.message,
        `optim_step (${live.id}, seq 1) at ${server.url} was refused (422): learning_rate: too large. Change the request or the server's settings.`,
      )
      yield* live.optimStep(adam)
      assert.deepEqual([...server.state.numbered.keys()], [`${live.id}/1`])
    }),
  )

  it.scopedLive("refuses datums that don't fit before sending them", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      const cases = [
        [[], "at least one datum"],
        [[{ ...datum, mask: [1] }], "datum 0 has 3 input tokens and 1 mask"],
        [[policyDatum, datum], "datum 1 has no logprobs, which ppo needs"],
        [[{ ...policyDatum, advantages: [0, Number.NaN, 0] }], "advantages that are not numbers"],
      ] as const
      for (const [datums, reason] of cases) {
        const error = yield* Effect.flip(live.forwardBackward(datums, { kind: "ppo", low: 0.8, high: 1.2 }))
        assert.strictEqual(error._tag, "TrainerRejected")
        assert.include(error.message, reason)
      }
      assert.strictEqual(server.count("forward_backward"), 0)
    }),
  )

  it.scopedLive("refuses a server that is known by its passes to scale losses otherwise", () =>
    Effect.gen(function* () {
      const refusal = (dialect: TinkerDialect, metrics: Readonly<Record<string, number>>) =>
        Effect.gen(function* () {
          const server = yield* scriptedTinker({ metrics })
          const live = yield* (yield* trainerOf(server.url, { dialect })).createModel(model)
          yield* live.forward([datum], supervised)
          return yield* Effect.either(live.forwardBackward([datum], supervised))
        })
      const sums = { "total_loss:sum": 3 }
      const messageOf = (one: Effect.Effect.Success<ReturnType<typeof refusal>>) =>
        Either.isLeft(one) ? one.left.message : "accepted"
      assert.include(messageOf(yield* refusal(skyrl, {})), 'set trainer.dialect to "skyrl-jax"')
      assert.include(messageOf(yield* refusal(skyrlJax, sums)), 'set trainer.dialect to "skyrl"')
      for (const [dialect, metrics] of [
        [skyrl, sums],
        [skyrlJax, {}],
        [hosted, {}],
        [hosted, sums],
      ] as const)
        assert.strictEqual(messageOf(yield* refusal(dialect, metrics)), "accepted")
    }),
  )

  it.scopedLive("sends what each kind of server understands of a mask", () =>
    Effect.gen(function* () {
      const inputs = (dialect: { dialect?: typeof hosted }) =>
        Effect.gen(function* () {
          const server = yield* scriptedTinker()
          const live = yield* (yield* trainerOf(server.url, dialect)).createModel(model)
          yield* live.forwardBackward([policyDatum], { kind: "ppo", low: 0.8, high: 1.2 })
          return server.passes[0]
        })
      const embedded = yield* inputs({})
      assert.deepEqual(embedded?.lossFnConfig, { clip_low_threshold: 0.8, clip_high_threshold: 1.2 })
      assert.deepEqual(embedded?.datums[0]?.inputs["weights"], [0, 1, 1])
      assert.deepEqual(embedded?.datums[0]?.inputs["advantages"], [0.5, 0.5, 0.5])
      const remote = yield* inputs({ dialect: hosted })
      assert.deepEqual(remote?.datums[0]?.inputs["weights"], undefined)
      assert.deepEqual(remote?.datums[0]?.inputs["advantages"], [0, 0.5, 0.5])
    }),
  )

  it.scopedLive("does not sample a checkpoint that would change the model in training", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      const live = yield* trainer.createModel(model)
      const old = yield* live.saveForSampler("s0")
      yield* trainer.sampler({ path: old }).sample(question)
      yield* live.optimStep(adam)
      const stepped = server.state.models.get(live.id)?.weights
      const error = yield* Effect.flip(trainer.sampler({ path: old }).sample(question))
      assert.strictEqual(error._tag, "TrainerRejected")
      assert.include(error.message, "newest save")
      const current = yield* live.saveForSampler("s1")
      yield* trainer.sampler({ path: current }).sample(question)
      assert.deepEqual(server.state.models.get(live.id)?.weights, stepped)
    }),
  )

  it.scopedLive("frees the model's place when the scope ends, also after a failure and over a lost reply", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker({ slots: 1 })
      const trainer = yield* trainerOf(server.url)
      server.fault("unload_model", { kind: "drop-before" })
      yield* Effect.scoped(trainer.createModel(model))
      assert.strictEqual(server.state.models.size, 0)
      yield* Effect.exit(Effect.scoped(Effect.andThen(trainer.createModel(model), Effect.fail("elsewhere"))))
      assert.strictEqual(server.state.models.size, 0)
      const missing = { ...model, from: { path: "tinker://model_9/weights/none", optimizer: true } }
      const error = yield* Effect.flip(trainer.createModel(missing))
      assert.strictEqual(error._tag, "TrainerRejected")
      assert.include(error.message, "the checkpoint's path")
      assert.strictEqual(server.state.models.size, 0)
    }),
  )

  it.scopedLive("says when the server has no place left", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker({ slots: 1 })
      const trainer = yield* trainerOf(server.url)
      yield* trainer.createModel(model)
      const error = yield* Effect.flip(trainer.createModel(model))
      assert.strictEqual(error._tag, "TrainingFailed")
      assert.include(error.message, "Maximum number of LoRA adapters reached")
    }),
  )

  it.scopedLive("makes another model, in another session, when the answer to a creation or a load is lost", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      const path = yield* Effect.scoped(Effect.flatMap(trainer.createModel(model), (live) => live.saveState("a")))
      server.fault("create_model", { kind: "drop-after" })
      server.fault("load_weights", { kind: "drop-after" })
      const live = yield* trainer.createModel({ ...model, from: { path, optimizer: true } })
      assert.strictEqual(server.count("create_model"), 4)
      const sessions = server.arrivals
        .filter(({ route }) => route === "create_model")
        .map(({ body }) => (body as { session_id: string }).session_id)
      assert.strictEqual(new Set(sessions).size, 4)
      // The one whose creation was lost is left to its silent session; the half-loaded one was unloaded.
      assert.strictEqual(server.state.models.size, 2)
      assert.strictEqual(server.state.models.get(live.id)?.requests, 1)
    }),
  )

  it.scopedLive("beats while the model's scope is open, through outages, and not after", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url, { timing: { ...quick, heartbeat: "5 millis" } })
      const scope = yield* Scope.make()
      server.fault("session_heartbeat", { kind: "drop-before" }, { kind: "reply", status: 500, body: {} })
      yield* trainer.createModel(model).pipe(Scope.extend(scope))
      yield* server.reached("session_heartbeat", 5)
      yield* Scope.close(scope, Exit.void)
      const beats = server.count("session_heartbeat")
      // Other requests pass meanwhile: time enough for a beat that was not stopped.
      for (let index = 0; index < 20; index++) yield* trainer.capabilities
      // One may have been under way when the scope closed.
      assert.isAtMost(server.count("session_heartbeat"), beats + 1)
    }),
  )

  it.scopedLive("connects at the first request only, and names what it could not reach", () =>
    Effect.gen(function* () {
      const closed = yield* Effect.scoped(scriptedTinker())
      const trainer = yield* trainerOf(closed.url)
      const error = yield* Effect.flip(Effect.scoped(trainer.createModel(model)))
      assert.strictEqual(error._tag, "TrainerUnavailable")
      assert.include(error.message, closed.url)
      assert.include(error.message, "ECONNREFUSED")
      assert.include(error.message, "Check that the training server runs")
    }),
  )
})
