import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, HashMap, Logger } from "effect"
import { scriptedTinker } from "../../../support/ScriptedTinker.ts"
import type { Fault } from "../../../support/ScriptedTinker.ts"
import { adam, datum, model, question, quick, supervised, trainerOf } from "./tinkerFixtures.ts"

const reply = (status: number, body: unknown = { detail: `status ${status}` }): Fault => ({
  kind: "reply",
  status,
  body,
})
const tryAgain = (queue_state: string) => reply(200, { type: "try_again", request_id: "1", queue_state })
const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault)

describe("waiting for a result", () => {
  it.scopedLive.each<[string, ReadonlyArray<Fault>]>([
    ["try_again", times(3, tryAgain("active"))],
    ["a paused queue", [tryAgain("paused_capacity"), tryAgain("paused_rate_limit")]],
    ["408 with and without a queue state", [reply(408), reply(408, { queue_state: "paused_capacity" })]],
    ["5xx", [reply(500), reply(502, "<html>"), reply(503)]],
    ["429", [reply(429), reply(429)]],
    ["402", [reply(402)]],
    ["a broken connection", [{ kind: "drop-before" }, { kind: "drop-after" }]],
    ["three 400 in a row", times(3, reply(400))],
    ["metadata only", [reply(200, { status: "complete_metadata", response_payload_size: 3 })]],
    ["all of it", [reply(408), reply(500), { kind: "drop-before" }, tryAgain("active"), reply(429), reply(400)]],
  ])("goes on over %s, without handing the request in again", ([, faults]) =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      const before = server.count("retrieve_future")
      server.fault("retrieve_future", ...faults)
      const { outputs } = yield* live.forwardBackward([datum], supervised)
      assert.lengthOf(outputs, 1)
      assert.strictEqual(server.count("retrieve_future") - before, faults.length + 1)
      assert.strictEqual(server.count("forward_backward"), 1)
    }),
  )

  it.scopedLive("waits as long as the server gives signs of life, and not longer", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const patience = "60 millis"
      const trainer = yield* trainerOf(server.url, { timing: { ...quick, patience, pollFloor: "5 millis" } })
      const live = yield* trainer.createModel(model)
      server.fault("retrieve_future", ...times(40, reply(408)))
      const start = Date.now()
      yield* live.forwardBackward([datum], supervised)
      assert.isAbove(Date.now() - start, 60)
      server.down((route) => route === "retrieve_future")
      const error = yield* Effect.flip(live.forwardBackward([datum], supervised))
      assert.strictEqual(error._tag, "TrainerUnavailable")
      assert.include(error.message, `forward_backward (${live.id}, seq 2) at ${server.url} got no answer`)
    }),
  )

  it.scopedLive("asks anew when a poll is held longer than its time limit", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url, { timing: { ...quick, poll: "30 millis" } })
      const live = yield* trainer.createModel(model)
      server.fault("retrieve_future", { kind: "delay", millis: 400 })
      const before = server.count("retrieve_future")
      yield* live.optimStep(adam)
      assert.strictEqual(server.count("retrieve_future") - before, 2)
    }),
  )

  it.scopedLive("hands the same request in again when its promise is gone", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("retrieve_future", reply(410), reply(404, { detail: "Future not found" }))
      yield* live.forwardBackward([datum], supervised)
      const [first, ...others] = server.arrivals.filter(({ route }) => route === "forward_backward")
      assert.lengthOf(others, 2)
      for (const other of others) assert.deepEqual(other.bytes, first?.bytes)
      assert.strictEqual(server.state.models.get(live.id)?.gradients.length, 1)
    }),
  )

  it.scopedLive("tells a lost model from a lost result", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      const live = yield* trainer.createModel(model)
      const path = yield* live.saveForSampler("s0")
      server.restart()
      const sampling = yield* Effect.flip(trainer.sampler({ path }).sample(question))
      assert.strictEqual(sampling._tag, "ModelLost")
      const training = yield* Effect.flip(live.optimStep(adam))
      assert.strictEqual(training._tag, "ModelLost")
      assert.include(training.message, "Restore it from its last saved checkpoint")
      // The base model needs no live model.
      assert.lengthOf(yield* trainer.sampler({ baseModel: "scripted-base" }).sample(question), 1)
    }),
  )

  it.scopedLive("fails with what the server says went wrong", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      const live = yield* trainer.createModel(model)
      server.fault("retrieve_future", reply(200, { error: "bad datum", category: "user" }))
      const user = yield* Effect.flip(live.forward([datum], supervised))
      assert.include(user, { _tag: "TrainingFailed", by: "user", detail: "bad datum" })
      assert.include(user.message, "Change the request.")
      server.fault("retrieve_future", reply(200, { error: "out of memory", category: "server" }))
      const inside = yield* Effect.flip(live.forward([datum], supervised))
      assert.include(inside, { _tag: "TrainingFailed", by: "server" })
      server.fault("retrieve_future", ...times(4, reply(400, { detail: "loss not supported" })))
      const refused = yield* Effect.flip(live.forward([datum], supervised))
      assert.include(refused, { _tag: "TrainingFailed", by: "unknown", detail: "loss not supported" })
      const unknown = yield* Effect.flip(trainer.sampler({ baseModel: "other" }).sample(question))
      assert.include(unknown.message, "Engine is configured for 'scripted-base'")
    }),
  )

  it.scopedLive("does not take just any answer for a result", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      const answers = [{ path: "x" }, new Uint8Array([255, 255, 255]), "<html>"]
      for (const body of answers) {
        server.fault("retrieve_future", reply(200, body))
        const error = yield* Effect.flip(live.forward([datum], supervised))
        assert.strictEqual(error._tag, "TrainerMisunderstood")
      }
      server.fault("save_weights", reply(200, { nothing: "here" }))
      assert.strictEqual((yield* Effect.flip(live.saveState("a")))._tag, "TrainerMisunderstood")
    }),
  )

  it.scopedLive("names the API key where it is refused, without showing it", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      server.fault("create_session", reply(401, { detail: "unauthorized" }))
      const error = yield* Effect.flip(trainer.createModel(model))
      assert.include(error, { _tag: "TrainerRejected", status: 401 })
      assert.include(error.message, "Check the API key.")
      assert.strictEqual(server.count("create_session"), 1)
    }),
  )

  it.scopedLive("logs why a queue is paused, once", () => {
    const logged: Array<unknown> = []
    const logger = Logger.make(({ message, annotations }) => void logged.push(message, HashMap.size(annotations)))
    return Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const live = yield* (yield* trainerOf(server.url)).createModel(model)
      server.fault("retrieve_future", ...times(3, tryAgain("paused_capacity")))
      yield* live.optimStep(adam)
      const paused = logged.filter((message) => String(message).includes("paused_capacity"))
      assert.lengthOf(paused, 1)
    }).pipe(Effect.provide(Logger.replace(Logger.defaultLogger, logger)))
  })

  it.scopedLive("stops asking when the caller has gone", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const trainer = yield* trainerOf(server.url)
      server.fault("retrieve_future", ...times(2000, tryAgain("active")))
      const fiber = yield* Effect.fork(trainer.sampler({ baseModel: "scripted-base" }).sample(question))
      yield* server.reached("retrieve_future", 3)
      yield* Fiber.interrupt(fiber)
      const polls = server.count("retrieve_future")
      for (let index = 0; index < 10; index++) yield* trainer.capabilities
      assert.strictEqual(server.count("retrieve_future"), polls)
    }),
  )
})
