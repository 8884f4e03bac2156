/** How long a training server that doesn't answer is waited for. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { TrainerDied } from "../../../../layers/training/embedded/EmbeddedErrors.ts"
import { whileUp } from "../../../../layers/training/embedded/whileUp.ts"
import { scriptedTinker } from "../../../support/ScriptedTinker.ts"
import { datum, model, question, quick, supervised, trainerOf } from "./tinkerFixtures.ts"

describe("patience", () => {
  it.scopedLive("is short with a server that nothing was ever heard from", () =>
    Effect.gen(function* () {
      const timing = { ...quick, patience: "1 hour", firstPatience: "50 millis" } as const
      const silent = yield* trainerOf("http://127.0.0.1:9", { timing })
      const error = yield* Effect.flip(silent.capabilities)
      assert.match(error._tag, /^TrainerUn/)

      const server = yield* scriptedTinker()
      const { capabilities } = yield* trainerOf(server.url, { timing })
      yield* capabilities
      server.down(() => true)
      const waiting = yield* Effect.timeoutOption(capabilities, "500 millis")
      assert.strictEqual(waiting._tag, "None")
    }),
  )

  it.scopedLive("ends with a server that is down for good, whatever was asked of it", () =>
    Effect.gen(function* () {
      const server = yield* scriptedTinker()
      const died = TrainerDied.make({ exit: "SIGKILL", restarts: 5, logPath: "server.log", lastLines: ["out of luck"] })
      const trainer = yield* trainerOf(server.url, { timing: { ...quick, patience: "1 hour" } })
      const down = yield* Deferred.make<never, TrainerDied>()
      const guarded = whileUp(trainer, Deferred.await(down))
      const live = yield* guarded.createModel(model)
      server.down(() => true)
      yield* Deferred.fail(down, died)
      const asked = [
        yield* Effect.flip(guarded.capabilities),
        yield* Effect.flip(guarded.createModel(model)),
        yield* Effect.flip(guarded.sampler({ baseModel: model.baseModel }).sample(question)),
        yield* Effect.flip(live.forward([datum], supervised)),
      ]
      for (const error of asked) {
        assert.deepEqual([error._tag, error.kind], ["TrainingFailed", "operator"])
        assert.match(error.message, /died after 5 restarts \(SIGKILL\)[\s\S]*out of luck/)
      }
    }),
  )
})
