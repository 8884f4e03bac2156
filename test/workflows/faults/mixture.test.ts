/** Conversations with a mixture of personas, as a step holds them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { paper } from "../../../layers/generation/personas.ts"
import { SimulationResult } from "../../../src/domain/Results.ts"
import { rollouts } from "../../../workflows/stages/conversations.ts"
import { asked } from "./asked.ts"
import { faultWorld } from "./FaultWorld.ts"
import { heldStudy } from "./heldExperiment.ts"

const names = Array.from({ length: 16 }, (_, i) => `thing-${i}`)

describe("a mixture of personas", () => {
  it.scopedLive(
    "gives all conversations of a prompt one persona, and compared arms the same, under the same seeds",
    () =>
      Effect.gen(function* () {
        const { run, reading, server } = yield* faultWorld
        const arm = (model: string) =>
          Effect.gen(function* () {
            const held = heldStudy(names, { model, personas: paper, samples: 2, conversing: { turns: 2 } })
            const outcome = (yield* run(held.study)).get(held.simulate)
            if (outcome?._tag !== "Done") return assert.fail(JSON.stringify(outcome))
            const { transcripts } = Schema.validateSync(SimulationResult)(outcome.output)
            return yield* reading(rollouts.read(transcripts))
          })
        const one = yield* arm("simulator")
        const other = yield* arm("another-simulator")
        assert.lengthOf(one, 2 * names.length)
        for (const [i, { prompt, sample, persona, turns }] of one.entries()) {
          const compared = other[i]
          assert.deepEqual([compared?.prompt, compared?.sample, compared?.persona], [prompt, sample, persona])
          assert.deepEqual(
            compared?.turns.map(({ seed }) => seed),
            turns.map(({ seed }) => seed),
          )
        }
        const personas = new Map(one.map(({ prompt, persona }) => [prompt, persona]))
        assert.isTrue(one.every(({ prompt, persona }) => personas.get(prompt) === persona))
        assert.isAtLeast(new Set(personas.values()).size, 3)
        const seeds = one.flatMap(({ turns }) => turns.flatMap(({ seed }) => seed ?? []))
        assert.lengthOf(seeds, 3 * one.length)
        assert.strictEqual(new Set(seeds).size, seeds.length)

        for (const arrival of server.arrivals) {
          const { side, name } = asked(arrival)
          if (side === "assistant") continue
          const described = paper.find((persona) => persona.name === personas.get(name))
          assert.include(JSON.stringify(arrival.body["messages"]), described?.description ?? "nobody")
        }
      }),
    120_000,
  )
})
