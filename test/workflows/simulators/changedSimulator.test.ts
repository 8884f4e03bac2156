import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as U from "../../../workflows/index.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { makeStudy } from "../../../workflows/Study.ts"
import { faultWorld } from "../faults/FaultWorld.ts"
import { heldSplit } from "../faults/heldExperiment.ts"

type Next = U.Simulator.SimulatedUser["next"]

const saying =
  (text: string): Next =>
  () =>
    Effect.succeed({ _tag: "Said", text, key: "k", model: "m", usage: { promptTokens: 1, completionTokens: 1 } })

const simulateWith = (simulator: Parameters<typeof U.Simulate>[0]["simulator"]) =>
  U.Simulate({
    split: heldSplit(["a-0"]),
    assistant: U.InitialAssistant({ model: U.Model.openai("assistant", { revision: "1" }) }),
    simulator,
    conversing: { turns: 2, maxTokens: 64 },
    prompts: 1,
    maxFailureShare: 1,
  })

const studyOf = (steps: Readonly<Record<string, ReturnType<typeof simulateWith>>>) =>
  makeStudy(
    U.Experiment.make("held", { grids: { main: U.Grid.make({ axes: { of: steps }, experiment: ({ of }) => of }) } }),
    new Map(),
  )

const held = Effect.gen(function* () {
  const world = yield* faultWorld
  return (steps: Readonly<Record<string, ReturnType<typeof simulateWith>>>) =>
    Effect.gen(function* () {
      const study = studyOf(steps)
      const outcomes = yield* world.run(study)
      return yield* Effect.forEach(Object.values(steps), (step) =>
        Effect.gen(function* () {
          const outcome = outcomes.get(study.graph.ids.get(step) ?? "")
          if (outcome?._tag !== "Done") return JSON.stringify(outcome)
          const { transcripts } = Schema.validateSync(U.Results.SimulationResult)(outcome.output)
          const [rollout] = yield* world.reading(rollouts.read(transcripts))
          return rollout?.messages[2]?.content ?? ""
        }),
      )
    })
})

const define = (version: number, speak: () => { readonly next: Next }) =>
  U.Simulator.define({ name: "Changer", version, settings: Schema.Struct({}), speak })({ settings: {} })

describe("a simulator that an experiment defines", () => {
  it.scopedLive("speaks anew when its function changed under its version", () =>
    Effect.gen(function* () {
      const said = yield* held
      assert.deepStrictEqual(yield* said({ one: simulateWith(define(1, () => ({ next: saying("AAA") }))) }), ["AAA"])
      assert.deepStrictEqual(yield* said({ one: simulateWith(define(1, () => ({ next: saying("BBB") }))) }), ["BBB"])
    }),
  )

  it.scopedLive("speaks as the version says that a step names", () =>
    Effect.gen(function* () {
      const said = yield* held
      const one = simulateWith(define(1, () => ({ next: saying("AAA") })))
      const two = simulateWith(define(2, () => ({ next: saying("BBB") })))
      assert.deepStrictEqual(yield* said({ one, two }), ["AAA", "BBB"])
    }),
  )

  it.scopedLive("is named where its code is at fault", () =>
    Effect.gen(function* () {
      const said = yield* held
      const faults: Readonly<Record<string, Next>> = {
        "threw boom": () => {
          throw new Error("boom")
        },
        "threw later": () => Effect.die(new Error("later")),
        "which is no turn": () => Effect.succeed({ text: "no tag" } as never),
      }
      for (const [part, next] of Object.entries(faults)) {
        const [outcome = ""] = yield* said({ one: simulateWith(define(1, () => ({ next }))) })
        assert.include(outcome, part)
        assert.include(outcome, "Changer")
      }
    }),
  )
})
